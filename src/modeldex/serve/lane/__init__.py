"""uvicorn's HTTP protocol, bounded, and its fast lane for known questions."""
