"""modeldex: one fast, truthful list of every LLM you can call."""

__version__ = "0.1.0"
