"""Tests of modeldex.history."""
