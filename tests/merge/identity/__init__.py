"""Tests of which offers are the same model."""
