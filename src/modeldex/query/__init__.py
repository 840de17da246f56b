"""Questions about the catalog, their SQL and their finished answers."""
