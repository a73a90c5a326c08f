"""Where the project lies."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The checkout: the folder that holds the packages, the tests and the documentation."""
