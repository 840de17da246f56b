"""The examples of the API's description: real answers about a small catalog of our own.

`python tests/examples.py` asks for them anew after a change of what is answered.
"""

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from modeldex import pipeline
from modeldex.domain.model import Catalog
from modeldex.domain.offer import Observed
from modeldex.domain.provider import Provider
from modeldex.serve.routes import dialects
from modeldex.snapshot import status
from modeldex.snapshot.status import SourceStatus, Status
from support import catalogs, live
from support.catalogs import priced, rows
from support.remembered import Fact, change, name_of, remembering

FILE = Path(__file__).parents[1] / "src/modeldex/serve/schemas/examples.json"
PRICES = ("0.0000003", "0.0000005")
LAST, CURRENT = "{last}", "{current}"  # ids of what was made last, and of the snapshot
USAGE = {"model": "labs/large", "usage": {"input": 1000, "output": 500}, "at": "2026-11-23"}
BATCH = {"model_ids": ["labs/large", "labs/larg"], "criteria": "price"}
CALLS = [{"offer": "acme/labs/large", "outcome": "ok", "latency_ms": 840, "output_tokens": 300}]
MOMENT = 1_763_899_200
GIVEN = {200, 201, 202}
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
    **{
        f"{method} /v1/admin{path}": (f"/v1/admin{asked}", sent)
        for method, path, asked, sent in ADMINISTERED
    },
    "GET /healthz": ("/healthz", None),
    "GET /readyz": ("/readyz", None),
}


OBSERVED = Observed(
    latency_ms={"p50": 840.0, "p90": 1200.0, "p99": 2100.0},
    first_token_ms={"p50": 210.0, "p90": 300.0, "p99": 650.0},
    throughput={"p50": 61.5, "p90": 80.0, "p99": 92.0},
    uptime={"1h": 1.0, "24h": 0.99, "7d": 0.99},
    requests=1200,
    tokens=360_000,
    requests_by_window={"1h": 80, "24h": 1200, "7d": 7000, "30d": 21_000},
    tokens_by_window={"1h": 24_000, "24h": 360_000, "7d": 2_100_000, "30d": 6_300_000},
    cost_by_window={"1h": "0.0024", "24h": "0.036", "7d": "0.21", "30d": "0.63"},
)
_MOMENTS = {"at", "revoked_at", "created_at", "changed_at", "since"}
_SECRET = re.compile(r"(key_|override_|mdx_)[A-Za-z0-9_-]{16,}")
_SETTINGS = {"admin_key", "rate_limit_anonymous", "offline"}


def documented() -> Catalog:
    """Return the catalog that the examples are about."""
    acme = priced(
        "acme", "labs/large", PRICES[0], PRICES[1], name="Large", context_length=128_000,
        max_output_tokens=8000, release_date="2026-06-01", input_modalities=("text",),
        output_modalities=("text",),
    )  # fmt: skip
    bolt = priced("bolt", "labs/Large", "0.0000004", "0.0000004", created=1_760_000_000)
    providers = (
        Provider(
            slug="acme", name="Acme", site="https://acme.example", aliases=("acme-inc",),
            api="https://api.acme.example/v1", env=("ACME_API_KEY",),
        ),
        Provider(slug="bolt", name="Bolt", site="https://bolt.example"),
    )  # fmt: skip
    today = pipeline.build(
        (rows("acme", [acme]), rows("bolt", [bolt])),
        {one.slug: one for one in providers},
        catalogs.TODAY,
        observed={"acme/labs/large": OBSERVED},
    )
    known = (Fact(offer="acme/labs/large", since=1, prices=PRICES, learned=1),)
    return remembering(today, known, (change(1, "offer.added", "acme/labs/large", "labs/large"),))


@contextmanager
def served() -> Iterator[str]:
    """Give the URL of a server of that catalog."""
    with tempfile.TemporaryDirectory(prefix="modeldex-") as name:
        snapshots = Path(name) / "snapshots"
        catalogs.publish(snapshots, catalogs.sized(2), clock=900.0)
        catalogs.publish(snapshots, documented())
        source = SourceStatus(id="acme", provider="acme", name="Acme", state="ok", rows=1)
        status.write(snapshots, Status(at=1_763_899_200, snapshot=None, sources=(source,)))
        with live.served(live.application(Path(name), admin_key=KEY)) as url:
            yield url


def collected(url: str) -> dict[str, dict[str, Any]]:
    """Return the answer to each request; what is never twice the same stands still."""
    made = {LAST: "", CURRENT: _ask(url, "GET", "/readyz", None)["snapshot"]}
    found = {}
    for operation, (described, sent) in REQUESTS.items():
        path = described
        for name, value in made.items():
            path = path.replace(name, value)
        answer = _ask(url, operation.partition(" ")[0], path, sent)
        if operation.startswith("POST ") and isinstance(answer, dict):
            made[LAST] = answer.get("id", made[LAST])
        is_administered = "/v1/admin" in operation
        found[operation] = {
            "request": _still(path),
            "answer": _still(answer) if is_administered else answer,
        }
    return found


def _ask(url: str, method: str, path: str, sent: object) -> Any:
    line = HTTPConnection(urlsplit(url).netloc, timeout=live.PATIENCE)
    body = None if sent is None else json.dumps(sent)
    headers = {"x-api-key": KEY}
    line.request(
        method,
        path,
        body,
        headers if body is None else {**headers, "content-type": "application/json"},
    )
    found = line.getresponse()
    text = found.read()
    line.close()
    assert found.status in GIVEN, (method, path, text)
    return json.loads(text)


def _still(value: Any, name: str = "") -> Any:
    """Return an answer with the same times, ids and secrets every time."""
    if isinstance(value, dict):
        kept = {key: _still(one, key) for key, one in value.items()}
        chosen = _SETTINGS & kept.keys() if name == "settings" else kept.keys()
        return {key: one for key, one in kept.items() if key in chosen}
    if isinstance(value, list):
        return [_still(one) for one in value]
    if isinstance(value, str):
        return _SECRET.sub(r"\g<1>0123456789abcdef", value)
    return MOMENT if name in _MOMENTS and value is not None else value


if __name__ == "__main__":
    with served() as where:
        FILE.write_text(f"{json.dumps(collected(where), indent=1)}\n", encoding="utf-8")
