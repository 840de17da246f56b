"""Tests of modeldex.pricing."""
