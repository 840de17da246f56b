"""The only way in: declarations, decoders, books and the one network client."""
