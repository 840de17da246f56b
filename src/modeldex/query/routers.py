"""Lists of models as OpenRouter, Vercel's gateway and Hugging Face's router have them."""

import json
from collections.abc import Iterable
from urllib.parse import urlencode

import msgspec

from modeldex.dialects import openrouter, rss
from modeldex.errors import QuestionError
from modeldex.query import answer, sql_shaped, values
from modeldex.query.question import Question
from modeldex.query.shapes import Ask
from modeldex.query.table import MOST_OFFSET, MOST_ROWS, Parameter
from modeldex.query.values import Given
from modeldex.snapshot.reader import Snapshot

PAGE = 500  # rows of a page of OpenRouter's where only an offset is given
MODELS_PATH = "/api/v1/models"
SORTS = {
    "most-popular": ("popularity", "desc"),
    "top-weekly": ("popularity", "desc"),
    "newest": ("created", "desc"),
    "pricing-low-to-high": ("price", "asc"),
    "pricing-high-to-low": ("price", "desc"),
    "context-high-to-low": ("context", "desc"),
    "throughput-high-to-low": ("throughput", "desc"),
    "latency-low-to-high": ("latency", "asc"),
}
# What OpenRouter calls it, to what it is called natively; lists stand there with commas.
SAME = {
    "q": "q",
    "supported_parameters": "supported_parameters",
    "input_modalities": "input_modalities",
    "output_modalities": "output_modalities",
    "context": "min_context",
    "min_price": "min_price",
    "max_price": "max_price",
    "min_output_price": "min_output_price",
    "max_output_price": "max_output_price",
    "min_age_days": "min_age_days",
    "max_age_days": "max_age_days",
    "model_authors": "author",
    "providers": "gateway",
}
NOT_KNOWN = (
    "category", "arch", "distillable", "zdr", "region", "min_intelligence_index",
    "max_intelligence_index", "min_coding_index", "max_coding_index", "min_agentic_index",
    "max_agentic_index", "min_tool_success_rate", "max_tool_success_rate",
)  # fmt: skip
_MODALITIES = {"embeddings": "embedding"}
_ENDPOINTS = (
    "select e.body from offers o cross join offer_openrouter e on e.rank = o.rank "
    "where o.model = ? and o.active = 1 and e.body <> x'' order by o.place"
)
_TEXT: dict[str, object] = {"type": "string"}
PARAMETERS = (
    *(Parameter(name, f"As OpenRouter's; natively `{native}`.", _TEXT)
      for name, native in SAME.items()),
    Parameter("sort", "As OpenRouter's.", {"type": "string", "enum": list(SORTS)}),
    Parameter("limit", "Rows of a page; leave it out for everything.",
              {"type": "integer", "minimum": 1, "maximum": MOST_ROWS}),
    Parameter("offset", "Rows to pass over.", {"type": "integer", "minimum": 0, "default": 0}),
    Parameter("use_rss", "The list as RSS 2.0.", {"type": "boolean", "default": False}),
    Parameter("use_rss_chat_links", "Accepted; changes nothing.",
              {"type": "boolean", "default": False}),
)  # fmt: skip
_BARE = Question(unique=True, sort="created", order="desc")
_TABLE = "model_openrouter"
_KNOWN = {one.name: one for one in PARAMETERS}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A list of OpenRouter's.

    Attributes:
        bare: without a word on what goes out: what is known to make no text is left out.
        rss: as a feed.
        given: the parameters as they came, for the address of the next page.
    """

    question: Question
    bare: bool = True
    rss: bool = False
    given: tuple[tuple[str, str], ...] = ()

    @property
    def is_whole_list(self) -> bool:
        """Whether it asks for everything as OpenRouter has it: a document that is finished."""
        return self.bare and not self.rss and self.question == _BARE

    @property
    def column(self) -> str:
        """The column in which a model of the list has something."""
        return "bare" if self.bare else "body"


def of(given: Iterable[tuple[str, str]], ask: Ask) -> Asked:
    """Return what is asked in OpenRouter's vocabulary; other names are passed over.

    Args:
        given: names and values in their order, decoded.
        ask: makes a question of native parameters.

    Raises:
        QuestionError: a value is wrong, or about something that is not known here.
    """
    given = list(given)
    for name, _ in given:
        if name in NOT_KNOWN:
            sentence = f"{name} is not known of any model here. Leave it out."
            raise QuestionError(name, sentence)
    found = values.collected([one for one in given if one[0] in _KNOWN], _KNOWN)
    values.boolean(found, "use_rss_chat_links")
    question = ask([("unique", "true"), *_native(found)])
    return Asked(
        question=question,
        bare="output_modalities" not in found,
        rss=values.boolean(found, "use_rss"),
        given=tuple(one for one in given if one[0] not in ("limit", "offset")),
    )


def page(snapshot: Snapshot, asked: Asked) -> bytes:
    """Return OpenRouter's list: rows, how many there are in all, and the next page's address."""
    question, rows = asked.question, models(snapshot, _TABLE, asked.question, asked.column)
    total = _total(snapshot, asked)
    end = question.offset + len(rows)
    following = _address(asked, end) if question.limit and end < total else None
    return openrouter.OPENING + b",".join(rows) + openrouter.closing(total, following)


def count(snapshot: Snapshot, asked: Asked) -> bytes:
    """Return how many models there are."""
    return msgspec.json.encode({"data": {"count": _total(snapshot, asked)}})


def models(
    snapshot: Snapshot, table: str, question: Question, column: str = "body"
) -> list[bytes]:
    """Return the rows of a page from a table of models, of those with something in a column."""
    statement = sql_shaped.having(question, snapshot, table, column)
    ranks = [rank for (rank,) in snapshot.rows(*statement)]
    found = snapshot.rows(sql_shaped.bodies(table), (json.dumps(ranks),))
    return [body for (body,) in found]


def feed(snapshot: Snapshot, asked: Asked) -> bytes:
    """Return the rows of a page as RSS 2.0."""
    rows = models(snapshot, _TABLE, asked.question, asked.column)
    return rss.feed(map(msgspec.json.decode, rows))


def one(snapshot: Snapshot, table: str, name: str) -> bytes | None:
    """Return the row of a model by its id, an alias, or the id of one of its offers."""
    rank = _rank(snapshot, name)
    found = snapshot.rows(sql_shaped.body(table), (rank,))
    body: bytes | None = found[0][0] if found else None
    return body


def endpoints(snapshot: Snapshot, name: str) -> bytes | None:
    """Return a model with its endpoints, the cheapest first."""
    rank = _rank(snapshot, name)
    found = snapshot.rows("select head from model_openrouter where rank = ?", (rank,))
    if not found:
        return None
    bodies = b",".join(body for (body,) in snapshot.rows(_ENDPOINTS, (rank,)))
    head: bytes = found[0][0]
    return b'{"data":' + head[:-1] + b',"endpoints":[' + bodies + b"]}}"


def providers(snapshot: Snapshot) -> bytes:
    """Return the providers of what is shown, by slug."""
    shown = answer.counts(snapshot)
    rows = [openrouter.provider_row(one) for one in snapshot.providers if one.slug in shown]
    return msgspec.json.encode({"data": rows})


def _total(snapshot: Snapshot, asked: Asked) -> int:
    statement = sql_shaped.total(asked.question, snapshot, _TABLE, asked.column)
    return int(snapshot.rows(*statement)[0][0])


def _rank(snapshot: Snapshot, name: str) -> int | None:
    found = answer.named(snapshot, name, model_first=True)
    if found is None:
        return None
    kind, rank = found
    if kind in answer.MODELS:
        return rank
    model: int = snapshot.rows("select model from offers where rank = ?", (rank,))[0][0]
    return model


def _native(given: Given) -> list[tuple[str, str]]:
    """Return OpenRouter's parameters as native ones."""
    sort, order = SORTS[values.one_of(given, "sort", SORTS) or "newest"]
    found = [("sort", sort), ("order", order)]
    for name, native in SAME.items():
        for value in given.get(name, ()):
            found += [(native, said) for said in _said(name, value)]
    limit = values.whole(given, "limit", 1, MOST_ROWS)
    offset = values.whole(given, "offset", 0, MOST_OFFSET)
    if limit is not None or offset is not None:
        found += [("limit", str(limit or PAGE)), ("offset", str(offset or 0))]
    return found


def _said(name: str, value: str) -> list[str]:
    """Return what a value says: providers are repeated natively, all modalities are no filter."""
    if name == "providers":
        return value.split(",")
    if name == "model_authors" and "," in value:
        raise QuestionError(name, "model_authors takes one author at a time here.")
    if name.endswith("_modalities"):
        words = [_MODALITIES.get(one, one) for one in value.split(",")]
        return [] if "all" in words else [",".join(words)]
    return [value]


def _address(asked: Asked, offset: int) -> str:
    place = [("limit", str(asked.question.limit)), ("offset", str(offset))]
    return f"{MODELS_PATH}?{urlencode([*asked.given, *place])}"
