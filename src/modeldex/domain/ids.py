"""Names of things: slugs, offer ids, model ids and their variants."""

import re

_PARTS = re.compile(r"[^a-z0-9]+")
_BEFORE = re.compile(r"^[@\s]+")


def slug(text: str) -> str:
    """Return *text* as a slug: lower case, no leading ``@``; the one spelling of a provider.

    ``slug("@Google") == slug("google")``; applying it twice changes nothing.
    """
    return _BEFORE.sub("", text).strip().lower()


def author_slug(text: str) -> str:
    """Return an author's name as a slug: ``"Meta Llama" -> "meta-llama"``."""
    return _PARTS.sub("-", slug(text)).strip("-")


def offer_id(provider: str, provider_model_id: str) -> str:
    """Return the id of an offer: who serves, then the id that the provider's call takes."""
    return f"{provider}/{provider_model_id}"


def split_variant(native: str) -> tuple[str, str]:
    """Split ``name:variant``; the variant is ``""`` where there is none.

    A colon inside a path segment that looks like a version (``v1:0``) belongs to the name.
    """
    name, _, variant = native.rpartition(":")
    if not name or "/" in variant or variant.isdigit():
        return native, ""
    return name, variant.lower()
