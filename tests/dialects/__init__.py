"""Tests of modeldex.dialects."""
