"""What offers are called where one name must be enough for all providers."""

from modeldex.domain.offer import Offer


def spellings(offer: Offer) -> tuple[str, ...]:
    """Return the names of an offer: its id, and the bare one where its author serves it."""
    provider, native = offer.facts.provider, offer.facts.provider_model_id
    return (native, offer.id) if offer.model_id.startswith(f"{provider}/") else (offer.id,)
