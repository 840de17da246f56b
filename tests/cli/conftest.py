"""What verbs read."""

from pathlib import Path

import pytest

from modeldex.snapshot import status
from modeldex.snapshot.status import SourceStatus, Status
from support import catalogs
from support.catalogs import listing, priced

NOW = 1_795_435_200.0


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a small catalog and what became of three sources."""
    directory = tmp_path_factory.mktemp("data")
    catalog = catalogs.of(
        priced("acme", "labs/fast:free", "0", "0", name="Fast", context_length=8000),
        priced("acme", "labs/large", "0.0000015", "0.00001", name="Large, größer"),
        priced("bolt", "labs/large", "0.000001", "0.00002", context_length=9000),
        listing("bolt", "labs/unpriced"),
    )
    name = catalogs.publish(directory / "snapshots", catalog)
    told = [
        SourceStatus(
            id="groq", provider="groq", name="Groq", state="ok", rows=21, answered_at=NOW,
            evidence="recorded",
        ),
        SourceStatus(
            id="mistral", provider="mistral", name="Mistral", state="failing", rows=64, priced=3,
            answered_at=NOW, failed_at=NOW + 9, reason="it answered 503", failures=2,
            evidence="recorded",
        ),
        SourceStatus(
            id="openai", provider="openai", name="OpenAI", state="no key", evidence="page"
        ),
    ]  # fmt: skip
    status.write(directory / "snapshots", Status(at=NOW, snapshot=name, sources=tuple(told)))
    return directory
