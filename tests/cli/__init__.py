"""The real command, as its user runs it."""
