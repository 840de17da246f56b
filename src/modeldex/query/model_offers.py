"""The offers of one model, whatever of its names is asked for."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from modeldex.query import answer, parameters, who
from modeldex.query.parameters import ALL, Parameter
from modeldex.query.values import boolean
from modeldex.snapshot.reader import Snapshot

PARAMETERS = (
    Parameter("gateway", "Only this serving provider: a slug, an alias, or `all`.",
              {"type": "array", "items": {"type": "string"}, "default": [ALL]}, repeatable=True),
    Parameter("include_inactive", "Also what is unlisted, hidden or retired.",
              {"type": "boolean", "default": False}),
)  # fmt: skip
_KNOWN = {one.name: one for one in PARAMETERS}
_OFFERS = (
    "select o.provider, n.body from offers o cross join offer_native n on n.rank = o.rank "
    "where o.model = ? and (o.active = 1 or ?) order by o.place"
)
_HEAD = "select head from model_native where rank = ?"


class Wanted(NamedTuple):
    """Which offers are asked for; no gateways are all of them."""

    gateways: tuple[str, ...] = ()
    include_inactive: bool = False


class ModelOffers(msgspec.Struct, frozen=True, kw_only=True):
    """The offers of a model as rows of the list, cheapest first, unknown prices last.

    Attributes:
        model: its id.
    """

    object: str = "list"
    model: str
    data: tuple[msgspec.Raw, ...]
    total: int
    snapshot: str
    timestamp: str


class _Named(msgspec.Struct):
    id: str


def asked(given: Iterable[tuple[str, str]], known: Mapping[str, str]) -> Wanted:
    """Return the offers that query parameters ask for.

    Args:
        known: every accepted name of a provider to its slug.

    Raises:
        QuestionError: naming what is allowed.
    """
    values = parameters.collected(given, _KNOWN)
    chosen = who.gateways("gateway", values.get("gateway", ()), known)
    return Wanted(chosen, include_inactive=boolean(values, "include_inactive"))


def offers(snapshot: Snapshot, name: str, wanted: Wanted) -> bytes | None:
    """Return the offers of the model that *name* means, or whose offer it means."""
    model = rank(snapshot, name)
    if model is None:
        return None
    numbers = {snapshot.gateways.get(one) for one in wanted.gateways}
    found = tuple(
        msgspec.Raw(body)
        for provider, body in snapshot.rows(_OFFERS, (model, wanted.include_inactive))
        if not numbers or provider in numbers
    )
    said = ModelOffers(
        model=model_id(snapshot, model),
        data=found,
        total=len(found),
        snapshot=snapshot.id,
        timestamp=snapshot.timestamp,
    )
    return msgspec.json.encode(said)


def rank(snapshot: Snapshot, name: str, *, model_first: bool = True) -> int | None:
    """Return the rank of the model that *name* means, or whose offer it means."""
    found = answer.named(snapshot, name, model_first=model_first)
    if found is None:
        return None
    kind, number = found
    if kind in answer.MODELS:
        return number
    ((model,),) = snapshot.rows("select model from offers where rank = ?", (number,))
    return int(model)


def model_id(snapshot: Snapshot, model: int) -> str:
    """Return the id of a model by its rank."""
    ((head,),) = snapshot.rows(_HEAD, (model,))
    return msgspec.json.decode(head, type=_Named).id
