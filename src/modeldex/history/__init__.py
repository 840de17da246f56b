"""What changed between two states of the world. Pure."""
