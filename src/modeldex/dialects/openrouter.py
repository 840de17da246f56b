"""OpenRouter's list of models and their endpoints."""

NAME = "openrouter"
