"""The examples of the API's description: real answers about a small catalog of our own.

`python tests/examples.py` asks for them anew after a change of what is answered.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from modeldex.domain.model import Catalog
from modeldex.domain.provider import Provider
from support import catalogs, live
from support.catalogs import build, priced, rows
from support.remembered import Fact, change, name_of, remembering

FILE = Path(__file__).parents[1] / "src/modeldex/serve/schemas/examples.json"
PRICES = ("0.0000003", "0.0000005")
USAGE = {"model": "labs/large", "usage": {"input": 1000, "output": 500}, "at": "2026-11-23"}
BATCH = {"model_ids": ["labs/large", "labs/larg"], "criteria": "price"}
# What is asked, by the operation whose answer it shows; a body is what is sent.
REQUESTS: dict[str, tuple[str, Any]] = {
    "GET /v1/models": ("/v1/models?limit=1", None),
    "GET /v1/models/{model_id}": ("/v1/models/labs/large", None),
    "GET /v1/models/{model_id}/offers": ("/v1/models/labs/large/offers", None),
    "GET /v1/models/{model_id}/compare": ("/v1/models/labs/large/compare", None),
    "GET /v1/models/{model_id}/history": ("/v1/models/labs/large/history", None),
    "GET /v1/models/search": ("/v1/models/search?q=large&limit=1", None),
    "GET /v1/models/unique": ("/v1/models/unique?limit=1", None),
    "GET /api/models/detail": ("/api/models/detail?modelId=labs/large&gateway=bolt", None),
    "POST /v1/models/batch-compare": ("/v1/models/batch-compare", BATCH),
    "GET /v1/authors": ("/v1/authors", None),
    "GET /v1/providers": ("/v1/providers", None),
    "GET /v1/gateways": ("/v1/gateways", None),
    "GET /v1/gateways/status": ("/v1/gateways/status", None),
    "GET /v1/changes": ("/v1/changes?limit=1", None),
    "GET /v1/rates/{rate_id}": (f"/v1/rates/{name_of(PRICES)}", None),
    "POST /v1/cost": ("/v1/cost", USAGE),
    "GET /healthz": ("/healthz", None),
    "GET /readyz": ("/readyz", None),
}


def documented() -> Catalog:
    """Return the catalog that the examples are about."""
    acme = priced("acme", "labs/large", *PRICES, name="Large", context_length=128_000)
    bolt = priced("bolt", "labs/Large", "0.0000004", "0.0000004", created=1_760_000_000)
    today = build(
        rows("acme", [acme]),
        rows("bolt", [bolt]),
        providers=(
            Provider(slug="acme", name="Acme", site="https://acme.example", aliases=("acme-inc",)),
            Provider(slug="bolt", name="Bolt", site="https://bolt.example"),
        ),
    )
    facts = (Fact(offer="acme/labs/large", since=1, prices=PRICES, learned=1),)
    return remembering(today, facts, (change(1, "offer.added", "acme/labs/large", "labs/large"),))


@contextmanager
def served() -> Iterator[str]:
    """Give the URL of a server of that catalog."""
    with tempfile.TemporaryDirectory(prefix="modeldex-") as name:
        catalogs.publish(Path(name) / "snapshots", documented())
        with live.served(live.application(Path(name))) as url:
            yield url


def collected(url: str) -> dict[str, dict[str, Any]]:
    """Return the answer to each request."""
    return {
        operation: {"request": path, "answer": _ask(url, operation.partition(" ")[0], path, sent)}
        for operation, (path, sent) in REQUESTS.items()
    }


def _ask(url: str, method: str, path: str, sent: object) -> Any:
    line = HTTPConnection(urlsplit(url).netloc, timeout=live.PATIENCE)
    body = None if sent is None else json.dumps(sent)
    line.request(method, path, body, {} if body is None else {"content-type": "application/json"})
    found = line.getresponse()
    text = found.read()
    line.close()
    assert found.status == 200, (path, text)
    return json.loads(text)


if __name__ == "__main__":
    with served() as where:
        FILE.write_text(f"{json.dumps(collected(where), indent=1)}\n", encoding="utf-8")
