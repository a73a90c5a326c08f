"""An engine in memory: the definition of what every engine answers, for tests."""
