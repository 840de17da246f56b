"""Tests of one catalog as a file, its publication and its readers."""
