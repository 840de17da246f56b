"""listing -> listing: one spelling for modalities, dates, text and authors. Idempotent."""
