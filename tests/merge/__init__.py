"""Tests of modeldex.merge."""
