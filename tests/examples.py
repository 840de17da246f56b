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
from modeldex.serve.routes import dialects
from support import catalogs, live
from support.catalogs import build, priced, rows
from support.remembered import Fact, change, name_of, remembering

FILE = Path(__file__).parents[1] / "src/modeldex/serve/schemas/examples.json"
PRICES = ("0.0000003", "0.0000005")
LAST, CURRENT = "{last}", "{current}"  # ids of what was made last, and of the snapshot
USAGE = {"model": "labs/large", "usage": {"input": 1000, "output": 500}, "at": "2026-11-23"}
BATCH = {"model_ids": ["labs/large", "labs/larg"], "criteria": "price"}
CALLS = [{"offer": "acme/labs/large", "outcome": "ok", "latency_ms": 840, "output_tokens": 300}]
KEY = "mdx_the-administrator-of-the-examples"
ENTRIES = (
    ("/tenants", "orange", {"tenant": "orange", "name": "Orange"}, {"name": "Orange Inc."}),
    (
        "/models",
        "orange:acme/labs/own",
        {
            "tenant": "orange",
            "provider": "acme",
            "model": "labs/own",
            "rates": {"input": {"usd": "2", "per": "1M"}, "output": {"usd": "4", "per": "1M"}},
        },
        {"context_length": 32_000},
    ),
    (
        "/overrides",
        LAST,
        {"provider": "acme", "rates": {"input": {"usd": "0.2", "per": "1M"}}},
        {"reason": "A contract."},
    ),
    ("/rules/joins", "labs/big", {"name": "labs/big", "into": "labs/large"}, {"reason": "One."}),
    ("/rules/parts", "labs/tiny", {"name": "labs/tiny"}, {"reason": "Another."}),
    ("/rules/aliases", "labs/l", {"name": "labs/l", "means": "labs/large"}, {"reason": "Short."}),
)
# Method, path as it is described, as it is asked, and what is sent.
ADMINISTERED: tuple[tuple[str, str, str, Any], ...] = (
    *(
        one
        for place, name, stated, changes in ENTRIES
        for one in (
            ("POST", place, place, stated),
            ("GET", place, place, None),
            ("GET", f"{place}/{{name}}", f"{place}/{name}", None),
            ("PUT", f"{place}/{{name}}", f"{place}/{name}", stated),
            ("PATCH", f"{place}/{{name}}", f"{place}/{name}", changes),
        )
    ),
    ("POST", "/keys", "/keys", {"tenant": "orange", "scopes": ["read", "observe"]}),
    ("GET", "/keys", "/keys", None),
    ("GET", "/keys/{name}", f"/keys/{LAST}", None),
    ("PATCH", "/keys/{name}", f"/keys/{LAST}", {"limit": "600/minute"}),
    ("POST", "/keys/{name}/rotate", f"/keys/{LAST}/rotate", None),
    ("DELETE", "/keys/{name}", f"/keys/{LAST}", None),
    ("POST", "/hidden", "/hidden", {"offer": "bolt/labs/Large"}),
    ("GET", "/hidden", "/hidden", None),
    ("GET", "/sources", "/sources", None),
    ("GET", "/sources/{source}", "/sources/acme", None),
    ("POST", "/sources/{source}/disable", "/sources/acme/disable", None),
    ("POST", "/sources/{source}/enable", "/sources/acme/enable", None),
    ("POST", "/sources/{source}/refresh", "/sources/acme/refresh", None),
    ("POST", "/sources/{source}/accept", "/sources/acme/accept", {}),
    ("POST", "/sources/{source}/reject", "/sources/acme/reject", {"model": "labs/large"}),
    ("GET", "/snapshots", "/snapshots", None),
    ("POST", "/snapshots/rollback", "/snapshots/rollback", None),
    ("POST", "/snapshots/{snapshot}/pin", f"/snapshots/{CURRENT}/pin", None),
    ("GET", "/audit", "/audit?limit=1", None),
    ("GET", "/settings", "/settings", None),
)
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
    "GET /priced/v1/models": ("/priced/v1/models", None),
    "GET /v1/models/trending": ("/v1/models/trending", None),
    "GET /v1/models/low-latency": ("/v1/models/low-latency", None),
    "GET /v1/provider/{provider}/stats": ("/v1/provider/acme/stats", None),
    "GET /v1/provider/{provider}/top-models": ("/v1/provider/acme/top-models", None),
    "GET /v1/gateway/{gateway}/stats": ("/v1/gateway/acme/stats", None),
    "POST /v1/observations": ("/v1/observations", {"observations": CALLS}),
    "GET /v1beta/models": ("/v1beta/models", None),
    "GET /v1beta/models/{model_id}": ("/v1beta/models/labs/large", None),
    "GET /api/v1/models": ("/api/v1/models", None),
    "GET /api/v1/models/user": ("/api/v1/models/user", None),
    "GET /api/v1/models/count": ("/api/v1/models/count", None),
    "GET /api/v1/models/{model_id}/endpoints": ("/api/v1/models/labs/large/endpoints", None),
    "GET /api/v1/model/{model_id}": ("/api/v1/model/labs/large", None),
    "GET /api/v1/providers": ("/api/v1/providers", None),
    "GET /vercel/v1/models": ("/vercel/v1/models", None),
    "GET /vercel/v1/models/{model_id}": ("/vercel/v1/models/labs/large", None),
    "GET /huggingface/v1/models": ("/huggingface/v1/models", None),
    "GET /huggingface/v1/models/{model_id}": ("/huggingface/v1/models/labs/large", None),
    "GET /v1/dialects": ("/v1/dialects", None),
    "GET /v1/dialects/{dialect}/losses": ("/v1/dialects/google/losses", None),
    **{f"GET {path}": (path, None) for paths in dialects.PATHS.values() for path in paths},
    **{f"{method} /v1/admin{path}": (f"/v1/admin{asked}", sent)
       for method, path, asked, sent in ADMINISTERED},
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
