"""The routes of the data plane."""
