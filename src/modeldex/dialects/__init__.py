"""Response shapes that clients expect: pure functions from models and offers to JSON values."""
