"""What the archive holds and how it came in."""
