"""The table of query parameters: what each is called, means and may be, as OpenAPI shows it."""

import msgspec

from modeldex.domain.offer import STATUSES
from modeldex.query import moments
from modeldex.query.question import SHAPES
from modeldex.snapshot.schema import SORTS

ALL = "all"
MOST_ROWS = 1000
MOST_OFFSET = 10**9
MOST_NUMBER = 10**9
MOST_WORDS = 12
LONGEST = 512
ALIASES = {"unique_models": "unique", "search": "q", "sort_by": "sort"}
EVERY_SORT = ("id", *SORTS)


class Parameter(msgspec.Struct, frozen=True):
    """One query parameter, as OpenAPI shows it."""

    name: str
    about: str
    schema: dict[str, object]
    repeatable: bool = False


_STRING: dict[str, object] = {"type": "string"}
_TEXT: dict[str, object] = {"type": "string", "maxLength": LONGEST}
_SWITCH: dict[str, object] = {"type": "boolean", "default": False}
_EITHER: dict[str, object] = {"type": "boolean"}
_WORDS: dict[str, object] = {"type": "array", "items": {"type": "string"}}
_NUMBER: dict[str, object] = {"type": "integer", "minimum": 0, "maximum": MOST_NUMBER}
_PRICE: dict[str, object] = {"type": "string", "pattern": r"^[0-9]{1,12}(\.[0-9]{1,20})?$"}
_ALL_OF = " Repeated or with commas: all of them."
_UNSTATED = " What is not stated matches neither."


def _bounds(name: str, what: str, schema: dict[str, object]) -> tuple[Parameter, Parameter]:
    unknown = "; where that is not known, nothing matches."
    least = Parameter(f"min_{name}", f"{what}: this or more{unknown}", schema)
    return least, Parameter(f"max_{name}", f"{what}: this or less{unknown}", schema)


PARAMETERS = (
    Parameter("gateway", "Serving provider: a slug, an alias, or `all`. Repeated: any of them.",
              {"type": "array", "items": {"type": "string"}, "default": [ALL]}, repeatable=True),
    Parameter("author", "Who made the model; exact, case-insensitive.", _STRING),
    Parameter("provider", "Serving provider or author; exact, case-insensitive.", _STRING),
    Parameter("is_private", "What its source states to be private." + _UNSTATED, _EITHER),
    Parameter("q", "Full text over id, name, author and description; words match as prefixes. "
              f"The first {MOST_WORDS} different words count.", _TEXT),
    Parameter("search", "Another name of `q`.", _TEXT),
    Parameter("input_modalities", "What goes in: text, image …" + _ALL_OF, _WORDS,
              repeatable=True),
    Parameter("output_modalities", "What comes out: text, embedding …" + _ALL_OF, _WORDS,
              repeatable=True),
    Parameter("modality", "A word of either side, or both sides whole: `text+image->text`."
              + _ALL_OF, _WORDS, repeatable=True),
    Parameter("supported_parameters", "What a call may set: temperature, tools …" + _ALL_OF,
              _WORDS, repeatable=True),
    Parameter("capabilities", "What is stated to be possible: tools, vision …" + _ALL_OF,
              _WORDS, repeatable=True),
    *_bounds("context", "Tokens of context", _NUMBER),
    *_bounds("price", "USD for a million input tokens, compared exactly", _PRICE),
    *_bounds("output_price", "USD for a million output tokens, compared exactly", _PRICE),
    Parameter("is_free", "`true`: input and output are stated to cost nothing, and nothing else "
              "costs anything. `false`: something is stated to cost something." + _UNSTATED,
              _EITHER),
    Parameter("open_weights", "Whether the weights are published." + _UNSTATED, _EITHER),
    *_bounds("age_days", "Whole days since the model came out, by the calendar of UTC", _NUMBER),
    Parameter("min_providers", "Distinct providers that serve the model.", _NUMBER),
    Parameter("status", "Repeated or with commas: any of them. The last three are shown only with "
              "`include_inactive`.",
              {"type": "array", "items": {"type": "string", "enum": list(STATUSES)}},
              repeatable=True),
    Parameter("unique", "Models with their `providers` instead of offers. A model matches when "
              "one of its offers matches all filters; `providers` is never narrowed.", _SWITCH),
    Parameter("unique_models", "Another name of `unique`.", _SWITCH),
    Parameter("include_inactive", "Also what is unlisted, hidden or retired.", _SWITCH),
    Parameter("fields", "Which fields of a row are wanted, at any depth with dots: "
              "`name,pricing.prompt,providers.slug`. `id` is always there.", _WORDS,
              repeatable=True),
    Parameter("facets", "Also `facets`: how many matching rows have each provider, author, "
              "modality, capability, status, and are free.", _SWITCH),
    Parameter("shape", "Whose shape the rows have.",
              {"type": "string", "enum": list(SHAPES), "default": SHAPES[0]}),
    Parameter("sort", "Unknown values come last in both directions, ties by id. With `q` and "
              "without `sort`, by relevance.",
              {"type": "string", "enum": list(EVERY_SORT), "default": "id"}),
    Parameter("sort_by", "Another name of `sort`.", {"type": "string", "enum": list(EVERY_SORT)}),
    Parameter("order", "Direction of `sort`.",
              {"type": "string", "enum": ["asc", "desc"], "default": "asc"}),
    Parameter("limit", "Rows of a page; leave it out for everything.",
              {"type": "integer", "minimum": 1, "maximum": MOST_ROWS}),
    Parameter("offset", "Rows to pass over.",
              {"type": "integer", "minimum": 0, "maximum": MOST_OFFSET, "default": 0}),
    Parameter("cursor", "The `next_cursor` of an earlier answer, with the same filters and order: "
              "the rows after it, of the snapshot that it began on.", _STRING),
    Parameter("snapshot", "Answer from this snapshot: the `snapshot` of an earlier answer, as "
              "long as it is kept.", _STRING),
    Parameter("as_of", "The offers listed then, at their prices then: filters and order by price, "
              "`is_free` and `provider_count` mean those; other facts are today's. "
              + moments.FORMAT, _STRING),
    Parameter("known_at", "As it was believed then; without `as_of`, about that moment itself. "
              + moments.FORMAT, _STRING),
    Parameter("include_huggingface", "Accepted for older clients; changes nothing.", _SWITCH),
)  # fmt: skip
BY_NAME = {one.name: one for one in PARAMETERS}
OF_ONE = {
    **{n: BY_NAME[n] for n in ("unique", "unique_models", "fields", "as_of", "known_at")},
    "explain": Parameter("explain", "Also `explanation`: by offer id, in `identity` why it counts "
                         "as its model, in `evidence` who settled which field. Of the catalog "
                         "now, so without `as_of` and `known_at`.", _SWITCH),
}  # fmt: skip
