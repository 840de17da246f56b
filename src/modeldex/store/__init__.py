"""The record of truth: last good listings and the health of sources. Never on a read path."""
