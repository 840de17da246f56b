"""The names that questions about a snapshot may use."""

from collections.abc import Mapping
from typing import cast

import msgspec

from modeldex.normalize import modalities
from modeldex.snapshot import schema
from modeldex.snapshot.reader import Snapshot

_USUAL = {
    schema.INPUT_MODALITIES: modalities.ORDER,
    schema.OUTPUT_MODALITIES: modalities.ORDER,
    schema.MODALITY: modalities.ORDER,
    schema.CAPABILITIES: ("reasoning", "streaming", "structured_output", "tools", "vision"),
    schema.PARAMETERS: ("max_tokens", "stop", "temperature", "tools", "top_p"),
}


class Names(msgspec.Struct, frozen=True):
    """What a snapshot calls things.

    Attributes:
        gateways: every accepted name of a provider to its slug.
        words: by kind, every word to its number; which offers bear it is told by that.
    """

    gateways: Mapping[str, str]
    words: Mapping[str, Mapping[str, int]] = {}

    def allowed(self, kind: str) -> frozenset[str]:
        """Return the words of a kind: those that are borne, and those that may be one day."""
        return frozenset({*self.words.get(kind, ()), *_USUAL[kind]})


def of(snapshot: Snapshot) -> Names:
    """Return the names of a snapshot, without a look at its file."""
    found = cast("Names | None", snapshot.memo.get("names"))
    if found is None:
        slugs = [one.slug for one in snapshot.providers]
        gateways = {name: slugs[number] for name, number in snapshot.gateways.items()}
        found = Names(gateways, snapshot.words)
        snapshot.memo["names"] = found
    return found
