"""Tests of modeldex.normalize."""
