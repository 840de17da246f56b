"""Tests of modeldex.domain."""
