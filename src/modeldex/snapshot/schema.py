"""The tables of a snapshot file.

Narrow tables carry what questions filter and sort by; finished JSON stands apart, one fragment
table per dialect, so that neither an offset nor a sort drags bodies along. An offer's or model's
key is its rank by id; every sort has a column of ranks per direction, unknown values last, ties
by id. What was true before has tables of its own, which no question about today reads.
"""

VERSION = 5
SORTS = (
    "name", "created", "context", "price", "output_price", "provider_count", "latency",
    "throughput", "popularity",
)  # fmt: skip
INPUT_MODALITIES, OUTPUT_MODALITIES = "input_modalities", "output_modalities"
MODALITY, PARAMETERS, CAPABILITIES = "modality", "supported_parameters", "capabilities"
KINDS_OF_WORDS = (INPUT_MODALITIES, OUTPUT_MODALITIES, MODALITY, PARAMETERS, CAPABILITIES)
BITS = 62  # words of a kind that are bits of a mask; the others stand in a table of their own
PROVIDER, STATUS, IS_FREE, ENDS = "provider", "status", "is_free", "ends"  # kinds of sets
WORDS_COUNTED = (INPUT_MODALITIES, OUTPUT_MODALITIES, CAPABILITIES)
SPOTS = 32  # bits of a word: what a column adds up without a sign
TRAITS = (
    "status", "context", "input", "output", "free", "private", "open_weights", "came_out",
    "providers", *KINDS_OF_WORDS,
)  # fmt: skip
OFFER, MODEL, MODEL_ALIAS, OFFER_ALIAS = range(4)  # kinds of names, in the order they resolve
ALWAYS, NEVER = -(2**62), 2**62  # moments that stand for an open beginning and an open end


def sort_column(sort: str, order: str) -> str:
    """Return the column that holds the ranks of a sort (one of SORTS) in a direction."""
    return f"by_{sort}_{order}"


SORT_COLUMNS = tuple(sort_column(sort, order) for sort in SORTS for order in ("asc", "desc"))
_TRAITS = ",\n    ".join(f"{column} integer" for column in TRAITS)  # null is unknown
_RANKS = ",\n    ".join(f"{column} integer not null" for column in SORT_COLUMNS)
_INDEXES = ";\n".join(
    f"create index {table}_{column} on {table} (active, {column})"
    for table in ("offers", "models")
    for column in SORT_COLUMNS
)
# One table per dialect and kind of thing: its finished rows by rank. A body that may be null is of
# a thing that its dialect cannot say.
ROWS = {
    "offer_openai": ("body blob not null", "priced blob"),  # what a row with prices adds
    "model_openai": ("body blob not null",),
    "offer_anthropic": ("body blob not null",),
    "model_anthropic": ("body blob not null",),
    "offer_google": ("body blob not null",),
    "model_google": ("body blob not null",),
    "offer_openrouter": ("body blob not null",),  # its endpoints, with commas between
    "model_openrouter": ("body blob", "head blob not null", "bare blob"),  # in the bare list
    "model_vercel": ("body blob",),
    "model_huggingface": ("body blob",),
}
_ROWS = "\n".join(
    f"create table {table} (rank integer primary key, {', '.join(columns)});"
    for table, columns in ROWS.items()
)

TABLES = f"""
create table meta (key text primary key, value text not null) without rowid;
create table providers (
    number integer primary key, slug text not null unique, name text not null, site text,
    logo text, book_only integer not null, aliases text not null
);
create table authors (
    number integer primary key, slug text not null unique,
    beginning integer -- the first spot of its offers; null where it has none
);
create table names (
    name text not null, kind integer not null, rank integer not null, primary key (name, kind)
) without rowid;
create table offers (
    rank integer primary key,
    provider integer not null,
    author integer not null,
    model integer not null,
    active integer not null,
    place integer not null, -- among the offers of its model: cheapest first, unknown last
    word integer not null, -- of its spot, among the offers of its author and model
    bit integer not null,
    {_TRAITS},
    {_RANKS}
);
create table words (
    kind text not null, word text not null, number integer not null, primary key (kind, word)
) without rowid;
create table rare_words (
    kind text not null, number integer not null, offer integer not null,
    primary key (kind, number, offer)
) without rowid;
create table sets ( -- of offers, by their spots, for each value that is counted
    kind text not null, value text not null, spots blob not null
);
create table prices (number integer primary key, usd text not null); -- for one token, rising
create table models (
    rank integer primary key,
    author integer not null,
    active integer not null,
    {_RANKS}
);
create table offer_native (rank integer primary key, body blob not null);
create table offer_entry (rank integer primary key, body blob not null);
create table model_native (rank integer primary key, head blob not null);
{_ROWS}
create table offer_evidence (rank integer primary key, body blob not null); -- of several sources
create table quality (provider text primary key, body blob not null) without rowid;
create table losses (
    dialect text primary key, total integer not null, body blob not null
) without rowid;
create table observed ( -- what callers report, one row for each offer and window with a call
    window integer not null, -- seconds
    offer integer not null,
    active integer not null,
    provider integer not null,
    author integer not null,
    id text not null,
    model text not null,
    requests integer not null,
    tokens integer, -- null where nobody told
    cost text, -- an exact decimal of USD
    latency real, -- medians of the last day, whatever the window
    throughput real,
    primary key (window, offer)
) without rowid;
create virtual table search using fts5 (
    id, name, author, description,
    content = '', prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2'
);
create table documents (
    number integer primary key, name text not null, encoding text not null, etag text not null,
    size integer not null, media_type text not null, unique (name, encoding)
);
create table document_parts (
    document integer not null, part integer not null, body blob not null,
    primary key (document, part)
);
create table rate_sets (
    number integer primary key,
    id text not null unique,
    input integer, -- number of its exact price; null is unknown
    output integer,
    is_free integer -- null is unknown
);
create table rate_native (number integer primary key, rates blob not null, pricing blob not null);
create table facts (
    offer integer not null,
    place integer not null, -- among the facts of its offer: those that are believed first, first
    provider integer not null,
    source text not null,
    own integer not null,
    weight integer not null,
    rates integer, -- number of a rate set
    valid_from integer not null, -- unix seconds; open ends are ALWAYS and NEVER
    valid_until integer not null,
    recorded_at integer not null,
    superseded_at integer not null,
    primary key (offer, place)
) without rowid;
create table hidden (offer integer primary key);
create table changes (
    place integer primary key, -- in the order in which they were learned
    number integer not null,
    part integer not null,
    kind text not null,
    provider text not null,
    offer text,
    model text not null,
    happened_at integer not null,
    recorded_at integer not null
);
create table change_native (place integer primary key, body blob not null);
"""

INDEXES = f"""
create index offers_active on offers (active);
create index offers_traits on offers (
    active, provider, author, model, {", ".join(TRAITS)}
);
create index offers_spots on offers (
    active, word, bit, provider, author, model, {", ".join(TRAITS)}
);
create index offers_author on offers (author, active);
create index offers_model on offers (model, place);
create index offers_shown_model on offers (active, model);
create index models_active on models (active);
create index observed_requests on observed (window, active, requests desc, offer);
create index observed_tokens on observed (window, active, tokens desc, offer);
create index observed_latency on observed (window, active, latency, offer);
create index observed_provider on observed (window, provider);
create index observed_author on observed (window, author);
create index facts_own on facts (provider, valid_from) where own = 1;
create index facts_rates on facts (rates);
create unique index changes_learned on changes (number, part);
create index changes_kind on changes (kind, place);
create index changes_provider on changes (provider, place);
create index changes_offer on changes (offer, place);
create index changes_model on changes (model, place);
create index changes_happened on changes (happened_at);
{_INDEXES};
"""
