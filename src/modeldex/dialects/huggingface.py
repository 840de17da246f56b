"""The list of models of Hugging Face's router."""

NAME = "huggingface"
