"""The commands of `hemero`, by what they are for. Each module lists its own in COMMANDS."""
