"""The nouns of the catalog: frozen values, the standard library and msgspec only."""
