"""One immutable, consistent catalog as a file, its publication and its readers."""
