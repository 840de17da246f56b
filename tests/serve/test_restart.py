"""Real processes: what two workers answer, and what they answer after a restart, is one answer."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from modeldex.serve.routes.dialects import PATHS as DOCUMENTS
from serve.conftest import KINDS, STREAMED, small
from support import catalogs, wire, workers

Said = dict[str, tuple[list[tuple[str, str]], bytes]]
ENCODINGS = ("identity", "br", "zstd", "gzip")
DIALECTS = (
    "/v1/models?shape=openai", "/priced/v1/models", "/v1/models?shape=anthropic&limit=2",
    "/v1/models?shape=union", "/v1/models/acme/labs/Large?shape=union",
    "/v1beta/models?pageSize=2", "/v1beta/models/acme/labs/Large", "/api/v1/models",
    "/api/v1/models/count",
    "/api/v1/models/labs/large/endpoints", "/api/v1/providers", "/vercel/v1/models",
    "/huggingface/v1/models", "/api/v1/models?use_rss=true",
)  # fmt: skip
OTHERS = (
    "/v1/providers", "/v1/authors", "/v1/models/labs/large/offers",
    "/v1/models/labs/large/compare", "/v1/gateways", "/v1/gateways/status", "/v1/dialects",
    "/v1/models?q=zoom&facets=true",
    "/v1/models?unique=true&fields=name,providers.slug",
)  # fmt: skip
PATHS = (
    *(path for path in KINDS.values() if path != STREAMED), *DIALECTS, *OTHERS,
    *(path for paths in DOCUMENTS.values() for path in paths),
)  # fmt: skip
OF_304 = ("etag", "cache-control", "vary", "x-modeldex-lossy", "last-modified")


def said(line: wire.Line) -> Said:
    """Return every kind of answer; miss, hit, HEAD and 304 agree on what they should."""
    found: Said = {}
    for path in PATHS:
        for encoding in ENCODINGS:
            miss, hit = (line.ask(path, accept_encoding=encoding) for _ in range(2))
            head = line.ask(path, "HEAD", accept_encoding=encoding)
            tag = miss.headers["etag"]
            unchanged = line.ask(path, accept_encoding=encoding, if_none_match=tag)

            assert [one.status for one in (miss, hit, head, unchanged)] == [200, 200, 200, 304]
            assert (hit.lasting, hit.body) == (miss.lasting, miss.body), path
            assert (head.lasting, head.body) == (miss.lasting, b""), path
            assert unchanged.body == b""
            assert chosen(unchanged.headers) == chosen(miss.headers), path
            found[f"{encoding} {path}"] = miss.lasting, miss.body
    return found


def chosen(headers: Mapping[str, str]) -> list[str | None]:
    """Return the headers that a 304 has in common with the 200."""
    return [headers.get(name) for name in OF_304]


@pytest.mark.finding("RT-H4", "CA-L1")
def test_workers_and_restarts_agree_on_every_answer(tmp_path: Path) -> None:
    """Headers and bytes of lists, rows, dialects and documents, in every encoding."""
    catalogs.publish(tmp_path / "snapshots", small())
    heard: list[Said] = []
    for _ in range(2):
        with workers.several(tmp_path, 2) as (url, processes):
            for one in processes:
                others = {*processes} - {one}
                with workers.stopped(others), wire.connected(url) as line:
                    heard.append(said(line))

    assert heard[0] == heard[1] == heard[2] == heard[3]
    assert len(heard) == 4
