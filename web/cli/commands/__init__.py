"""The commands of `hemero`, grouped by subject. Each module lists its commands in COMMANDS."""
