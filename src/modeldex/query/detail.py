"""One offer or model with those who serve it, in the shape of the catalog that came before."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from modeldex.errors import QuestionError
from modeldex.query import answer, model_offers, parameters, who
from modeldex.query.parameters import ALL, LONGEST, Parameter
from modeldex.query.values import boolean
from modeldex.snapshot.reader import Snapshot

PARAMETERS = (
    Parameter("modelId", "Id of an offer or a model, or an alias.",
              {"type": "string", "maxLength": LONGEST}),
    Parameter("developer", "Who made the model; with `modelName`, instead of `modelId`.",
              {"type": "string", "maxLength": LONGEST}),
    Parameter("modelName", "The rest of the id.", {"type": "string", "maxLength": LONGEST}),
    Parameter("gateway", "The offer of this serving provider: a slug, an alias, or `all`.",
              {"type": "string", "default": ALL}),
    Parameter("include_huggingface", "Accepted for older clients; changes nothing.",
              {"type": "boolean", "default": False}),
)  # fmt: skip
_KNOWN = {one.name: one for one in PARAMETERS}
_ITS_OFFERS = (
    "select o.provider, o.active, n.body from offers o "
    "cross join offer_native n on n.rank = o.rank where o.model = ? "
    "order by o.active desc, o.place"
)


class DetailAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One offer or model, with those who serve it.

    Attributes:
        provider, model: author and name of the model, the two parts of its id.
        providers: slugs of those who serve the model, cheapest first.
    """

    data: msgspec.Raw
    provider: str
    model: str
    gateway: str
    include_huggingface: bool
    providers: tuple[str, ...]
    snapshot: str
    timestamp: str


class One(NamedTuple):
    """What is asked of one model."""

    name: str
    gateway: str | None
    include_huggingface: bool


def asked(given: Iterable[tuple[str, str]], known: Mapping[str, str]) -> One:
    """Return what query parameters ask of one model.

    Args:
        known: every accepted name of a provider to its slug.

    Raises:
        QuestionError: naming what is allowed.
    """
    values = parameters.collected(given, _KNOWN)
    chosen = who.gateways("gateway", values.get("gateway", ()), known)
    huggingface = boolean(values, "include_huggingface")
    return One(_name(values), chosen[0] if chosen else None, huggingface)


def detail(snapshot: Snapshot, asked: One) -> bytes | None:
    """Return one model, or what one gateway offers of it; ``None`` where there is nothing."""
    model = model_offers.rank(snapshot, asked.name, model_first=asked.gateway is not None)
    if model is None:
        return None
    rows = snapshot.rows(_ITS_OFFERS, (model,))
    slugs = [snapshot.providers[provider].slug for provider, _, _ in rows]
    if asked.gateway is None:
        body = answer.one(snapshot, asked.name)
    else:
        bodies = (row[2] for row, slug in zip(rows, slugs, strict=True) if slug == asked.gateway)
        body = next(bodies, None)
    if body is None:
        return None
    author, _, name = model_offers.model_id(snapshot, model).partition("/")
    shown = (slug for row, slug in zip(rows, slugs, strict=True) if row[1])
    said = DetailAnswer(
        data=msgspec.Raw(body),
        provider=author,
        model=name,
        gateway=asked.gateway or ALL,
        include_huggingface=asked.include_huggingface,
        providers=tuple(dict.fromkeys(shown)),
        snapshot=snapshot.id,
        timestamp=snapshot.timestamp,
    )
    return msgspec.json.encode(said)


def _name(values: Mapping[str, list[str]]) -> str:
    whole = values.get("modelId", [""])[0]
    parts = [values.get(key, [""])[0] for key in ("developer", "modelName")]
    if not whole and not all(parts):
        raise QuestionError("modelId", "Give modelId, or developer and modelName.")
    found = whole or f"{parts[0].removeprefix('@')}/{parts[1]}"
    if len(found) > 2 * LONGEST:
        raise QuestionError("modelId", f"modelId has at most {LONGEST} characters.")
    return found
