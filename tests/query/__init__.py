"""Tests of questions about the catalog and their answers."""
