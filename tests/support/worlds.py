"""Worlds made up at random: what several sources say about a few models.

The alphabets are small, so that ids, names and repositories of different sources often collide.
"""

import zlib
from decimal import Decimal

from hypothesis import Phase, settings
from hypothesis import strategies as st

from modeldex.domain.listing import Kept, Listing, SourceRows
from modeldex.domain.rate import ALWAYS, Conditions, Meter, Rate
from modeldex.normalize.listings import normalized
from support.scale import scaled

LAW = settings(
    max_examples=scaled(60, 2000),
    deadline=None,
    phases=set(Phase) - {Phase.explain},  # it takes minutes where a law is broken
)
PROVIDERS = ("acme", "bolt", "org")
BOOKS = ("b1", "b2")
DAYS = st.sampled_from(["2026-01-01", "2026-05-05", "2026-11-23"])
NATIVES = st.sampled_from([
    "m", "M", "org/m", "Org/M", "org/m:free", "org/m:thinking", "org/n", "@cf/org/n", "x/y/m",
    "amazon.nova-lite-v1:0", "models/m",
])  # fmt: skip
REPOSITORIES = st.none() | st.sampled_from(["org/m", "Org/M", "org/n", "x/y"])
USD = st.decimals(0, 10, places=8, allow_nan=False).map(abs)
CONDITIONS = st.just(ALWAYS) | st.builds(
    Conditions,
    min_input_tokens=st.none() | st.just(200_001),
    service_tier=st.none() | st.just("batch"),
    valid_from=st.none() | DAYS,
    valid_until=st.none() | DAYS,
)
RATES = st.lists(
    st.builds(Rate, meter=st.sampled_from(Meter), usd=USD, when=CONDITIONS), max_size=3
).map(tuple)
WORDS = st.lists(st.sampled_from(["text", "Image", "pdf", "vision", "odd", ""]), max_size=3)
TEXTS = st.none() | st.text(max_size=30)
PATHS = st.none() | st.text("org/ \t.@", max_size=8)


def raw(source: str, providers: st.SearchStrategy[str]) -> st.SearchStrategy[Listing]:
    """Return listings as a decoder of *source* may make them, in no spelling yet."""
    return st.builds(
        Listing,
        source=st.just(source),
        provider=providers,
        provider_model_id=NATIVES,
        also=st.lists(NATIVES, max_size=2).map(tuple),
        name=TEXTS,
        description=TEXTS,
        author=TEXTS | st.sampled_from(["org", "@Org", "library"]),
        created=st.none() | st.integers(1_700_000_000, 1_700_000_300),
        hugging_face_id=REPOSITORIES | PATHS,
        canonical_slug=REPOSITORIES,
        aliases=st.lists(NATIVES, max_size=2).map(tuple),
        context_length=st.none() | st.integers(1, 3),
        input_modalities=st.none() | WORDS.map(tuple),
        output_modalities=st.none() | WORDS.map(tuple),
        supported_parameters=st.none() | WORDS.map(tuple),
        capabilities=st.dictionaries(st.sampled_from(["tools", "vision"]), st.booleans()),
        rates=RATES,
        status=st.sampled_from([None, None, "available", "deprecated", "hidden"]),
        is_private=st.none() | st.booleans(),
        logo_url=st.sampled_from([None, "https://x.example/l.png", "data:x"]),
        doubts=st.lists(st.sampled_from(["odd", "strange"]), max_size=2, unique=True).map(tuple),
    )


def answers(source: str, *providers: str) -> st.SearchStrategy[list[Listing]]:
    """Return whole answers of *source*, ids repeated now and then."""
    return st.lists(raw(source, st.sampled_from(providers)), max_size=6)


def told(source: str, providers: tuple[str, ...]) -> st.SearchStrategy[Listing]:
    """Return listings that differ in what decides who they are and what they cost."""
    return st.builds(
        _told,
        st.just(source),
        st.sampled_from(providers),
        NATIVES,
        st.sampled_from([(), (), ("m",), ("ORG/M", "x")]),
        REPOSITORIES,
        st.sampled_from([None, None, "org/m", "org/n"]),
        st.sampled_from(["unknown", "free", "paid", "paid", "tier"]),
        st.sampled_from([None, None, None, "deprecated", "hidden"]),
    )


def _told(  # noqa: PLR0913, PLR0917 - one argument per thing that is drawn
    source: str,
    provider: str,
    native: str,
    also: tuple[str, ...],
    repository: str | None,
    slug: str | None,
    cost: str,
    status: str | None,
) -> Listing:
    """Return a listing whose price, unless it is free, nobody else has."""
    own = Decimal(zlib.crc32(f"{source} {provider} {native}".encode())) / 10**10
    usd = Decimal(0) if cost == "free" else own
    when = Conditions(min_input_tokens=9) if cost == "tier" else ALWAYS
    rates = tuple(Rate(meter=one, usd=usd, when=when) for one in (Meter.INPUT, Meter.OUTPUT))
    return Listing(
        source=source,
        provider=provider,
        provider_model_id=native,
        also=also,
        name=f"{source}'s {native}",
        hugging_face_id=repository,
        canonical_slug=slug,
        capabilities={"tools": cost == "paid"},
        rates=() if cost == "unknown" else rates,
        status=status,
    )


@st.composite
def held(draw: st.DrawFn, source: str, *providers: str, is_book: bool) -> SourceRows:
    """Return what *source* is held to say: normalized and dated."""
    said = draw(st.lists(told(source, providers), max_size=4))
    first, last = sorted(draw(st.tuples(DAYS, DAYS)))
    rows = (Kept(listing=one, first_seen=first, last_changed=last) for one in normalized(said, 20))
    return SourceRows(source=source, is_book=is_book, rows=tuple(rows))


WORLDS = st.tuples(
    *(held(slug, slug, is_book=False) for slug in PROVIDERS),
    held("acme-2", "acme", is_book=False),
    *(held(name, *PROVIDERS, "bookish", is_book=True) for name in BOOKS),
)
PRICES = st.decimals(0, Decimal(10) ** 12, places=12, allow_nan=False).map(abs)
