"""Published price and metadata catalogs that come as installed packages: no network needed."""
