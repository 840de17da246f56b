"""The data plane over real HTTP."""
