"""Who may speak first for a field: a table, not branches.

``own`` is the provider's own list, ``book`` a published catalog. The first that says anything
wins; mappings are united key by key, lists as a whole.
"""

OWN, BOOK = "own", "book"
OWN_FIRST = (OWN, BOOK)
OWN_ONLY = (OWN,)

PRECEDENCE: dict[str, tuple[str, ...]] = {
    "name": OWN_FIRST,
    "description": OWN_FIRST,
    "author": OWN_FIRST,
    "created": OWN_FIRST,
    "hugging_face_id": OWN_FIRST,
    "canonical_slug": OWN_FIRST,
    "aliases": OWN_ONLY,
    "context_length": OWN_FIRST,
    "max_output_tokens": OWN_FIRST,
    "input_modalities": OWN_FIRST,
    "output_modalities": OWN_FIRST,
    "tokenizer": OWN_FIRST,
    "instruct_type": OWN_FIRST,
    "supported_parameters": OWN_FIRST,
    "capabilities": OWN_FIRST,
    "status": OWN_FIRST,
    "is_private": OWN_ONLY,
    "open_weights": OWN_FIRST,
    "expiration_date": OWN_FIRST,
    "logo_url": OWN_FIRST,
    "via": OWN_FIRST,
}
