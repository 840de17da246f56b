"""What the declarations make of the answers that providers really gave."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import recorded
from modeldex.normalize.listings import DESCRIPTION_LENGTH, normalized
from modeldex.sources import formats, payload, registry
from modeldex.sources.declaration import Declaration, Flag
from modeldex.sources.decode import Decoded, decode_rows
from modeldex.sources.money import Losses

DECLARED = registry.load().by_id

# The provider, the day of its newest answer, its listings, those with a price.
NEWEST = [
    ("aihorde", "2025-09-08", 30, 0),
    ("anthropic", "2026-07-01", 10, 0),
    ("atlascloud", "2025-09-08", 30, 30),
    ("azure", "2026-02-10", 263, 0),  # of 265 rows 2 ids stand twice
    ("baseten", "2025-09-08", 11, 11),
    ("bedrock", "2026-01-16", 129, 0),
    ("cerebras", "2025-09-08", 9, 0),
    ("chutes", "2025-09-08", 66, 66),
    ("deepinfra", "2025-09-08", 151, 111),
    ("deepseek", "2026-02-10", 2, 0),
    ("enfer", "2025-09-08", 4, 0),
    ("featherless", "2025-09-08", 6503, 0),  # of 6504 rows; one id stands twice
    ("fireworks", "2025-09-08", 37, 0),
    ("friendli", "2025-09-08", 10, 10),
    ("google", "2026-07-01", 54, 0),
    ("google-openai-compat", "2025-09-08", 62, 0),
    ("groq", "2025-09-08", 21, 0),
    ("huggingface-router", "2025-09-08", 354, 104),  # 105 rows and their 249 sub-providers
    ("hyperbolic", "2025-09-08", 24, 0),
    ("infermatic", "2025-09-08", 25, 0),
    ("llm7", "2025-09-08", 38, 0),
    ("mancer", "2025-09-08", 11, 0),  # its prices have no unit
    ("mistral", "2026-01-16", 64, 0),  # of 66 rows; two ids stand twice
    ("moonshot", "2025-09-08", 12, 0),
    ("nebius", "2025-09-08", 65, 0),
    ("novita", "2025-09-08", 59, 59),
    ("openai", "2026-05-20", 126, 0),
    ("openrouter", "2026-07-01", 428, 424),  # the prices of 4 routers vary
    ("perplexity", "2026-08-10", 39, 39),
    ("pollinations", "2025-09-08", 17, 0),
    ("together", "2025-09-08", 90, 79),
    ("vertex", "2025-11-03", 15, 0),
    ("xai", "2026-06-21", 9, 7),
    ("zai", "2025-09-08", 2, 0),
]
PROVIDERS = [provider for provider, *_ in NEWEST]
VARYING = {"openrouter"}  # says "-1" where a price varies: counted as bad, by intent
UNSEEN = {  # other spellings of a price that the answer may use, and prices that no rate reads
    "nebius": {"pricing.price_per_minute", "pricing.price_per_video_second"},
    "novita": {
        "pricing.completion.price_per_m", "pricing.input_cache_read.price_per_m_decimal",
        "pricing.input_cache_write.price_per_m_decimal",
    },
    "together": {"pricing.video"},
}  # fmt: skip
FIXTURES = Path(__file__).parent / "fixtures"
OUTCOMES = (pytest.skip.Exception, pytest.fail.Exception)


@pytest.fixture
def recordings() -> recorded.Recordings:
    return recorded.load()


def decoded(recordings: recorded.Recordings, one: recorded.Recording) -> Decoded:
    source = DECLARED[one.provider]
    rows = payload.rows(recordings.body(one), source.rows)
    return decode_rows(rows, formats.decoder(source))


def keys(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def paths(source: Declaration) -> Iterator[str]:
    """Yield every path that a declaration reads in a row."""
    yield from (*source.fields.values(), *source.drop, *source.ignored_prices)
    statuses = source.status if isinstance(source.status, list) else [source.status]
    yield from (choice.at for choice in (source.modality, *statuses) if choice)
    for how in source.capabilities.values():
        stated = how.words if isinstance(how, Flag) else how
        yield from [stated] if isinstance(stated, str) else stated
    for money in source.rates.values():
        for one in money if isinstance(money, list) else [money]:
            named = (one.at, *one.when, one.unit, one.exponent, one.min_input_tokens)
            yield from (path for path in named if isinstance(path, str))


@pytest.mark.recorded
def test_every_recorded_provider_is_declared(recordings: recorded.Recordings) -> None:
    """Each provider with a recording has a declaration, which asks the path it was made at."""
    declared = {name: urlsplit(DECLARED[name].url or "").path for name in PROVIDERS}
    assert {one.provider: urlsplit(one.url).path for one in recordings.all} == declared


@pytest.mark.recorded
@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_row_of_every_day_is_read(provider: str, recordings: recorded.Recordings) -> None:
    """Every row ever recorded gives a listing, unless its declaration leaves it out on purpose."""
    source = DECLARED[provider]
    decoder = formats.decoder(source)
    for one in recordings.of(provider):
        for row in payload.rows(recordings.body(one), source.rows):
            losses = Losses()
            assert list(decoder(row, losses)) or losses.skipped, (one.date, row)


@pytest.mark.recorded
@pytest.mark.parametrize("provider", PROVIDERS)
def test_nothing_is_lost_on_any_day(provider: str, recordings: recorded.Recordings) -> None:
    """No recorded answer has a dropped row, a price that is none, or a price key without rate."""
    for one in recordings.of(provider):
        found = decoded(recordings, one)
        assert found.dropped == 0, one.date
        assert found.unknown_prices == {}, one.date
        assert found.bad_prices == 0 or provider in VARYING, one.date


@pytest.mark.recorded
@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_declared_path_leads_nowhere(provider: str, recordings: recorded.Recordings) -> None:
    """Every path that a declaration names has a value in a recorded row or in its fixture."""
    source = DECLARED[provider]
    unseen = set(paths(source))
    bodies = [recordings.body(one) for one in recordings.of(provider)]
    for body in (*bodies, (FIXTURES / f"{provider}.json").read_bytes()):
        for row in payload.rows(body, source.rows):
            for part in (row, *(row.get("providers") or ())) if isinstance(row, dict) else ():
                unseen = {path for path in unseen if payload.at(part, keys(path)) is None}
    assert unseen == UNSEEN.get(provider, set())


@pytest.mark.recorded
@pytest.mark.parametrize("provider", PROVIDERS)
def test_normalizing_gives_each_id_once(provider: str, recordings: recorded.Recordings) -> None:
    """After normalizing every id stands once, and normalizing again changes nothing."""
    for one in recordings.of(provider):
        rows = decoded(recordings, one).listings
        found = normalized(rows, DESCRIPTION_LENGTH)
        ids = dict.fromkeys(row.provider_model_id for row in rows)
        assert [row.provider_model_id for row in found] == list(ids), one.date
        assert normalized(found, DESCRIPTION_LENGTH) == found, one.date


@pytest.mark.recorded
@pytest.mark.parametrize(("provider", "date", "listings", "priced"), NEWEST)
def test_newest_answer_is_counted(
    provider: str, date: str, listings: int, priced: int, recordings: recorded.Recordings
) -> None:
    """The newest answer of each provider gives this many listings, this many with a price."""
    newest = recordings.of(provider)[-1]
    found = normalized(decoded(recordings, newest).listings, DESCRIPTION_LENGTH)
    seen = (newest.date, len(found), sum(1 for one in found if one.rates))
    assert seen == (date, listings, priced)


def test_price_keys_of_the_row_itself_are_watched() -> None:
    """Where prices are keys of the row, a new one that no rate reads is reported."""
    row = {"id": "a", "input_token_price_per_m": 1, "cached_token_price_per_m": 2, "title": "x"}
    found = decode_rows([row], formats.decoder(DECLARED["novita"]))
    assert found.unknown_prices == {"cached_token_price_per_m": 1}


def test_half_an_arrow_says_half() -> None:
    """A row that states only what comes out leaves open what goes in."""
    row = {"id": "a", "capabilities": {"embeddings": True, "inference": True}}
    (one,) = decode_rows([row], formats.decoder(DECLARED["azure"])).listings
    assert (one.input_modalities, one.output_modalities) == (None, ("embedding",))


def test_absent_recordings_skip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the recordings are absent, a test that asks for them is skipped with the reason."""
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(OUTCOMES, match=recorded.ABSENT) as outcome:
        recorded.load(tmp_path / "recordings")
    assert outcome.type is pytest.skip.Exception


def test_absent_recordings_fail_in_ci(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In CI, absent recordings fail the test that asks for them."""
    monkeypatch.setenv("CI", "true")
    with pytest.raises(OUTCOMES, match=recorded.ABSENT) as outcome:
        recorded.load(tmp_path / "recordings")
    assert outcome.type is pytest.fail.Exception
