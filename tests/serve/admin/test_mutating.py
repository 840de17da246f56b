"""Every route that changes something, found in the document and in the application itself."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.routing import Route

from modeldex.access.rules import READING, READING_POSTS
from support import live, wire
from support.administered import Site, asked

Routes = set[tuple[str, str]]


def declared(url: str) -> Routes:
    """Return method and path of every operation in the OpenAPI document that is no plain read."""
    paths = wire.ask(url, "/openapi.json").json["paths"]
    return {
        (method.upper(), path)
        for path, operations in paths.items()
        for method in operations
        if method.upper() not in READING
    }


def routed(directory: Path) -> Routes:
    """Return the same of every route that a worker's application has, declared or not."""
    found = live.application(directory).public  # type: ignore[attr-defined] # it is an Edge
    while not isinstance(found, FastAPI):
        found = found.app
    return {
        (method, re.sub(r"{(\w+):\w+}", r"{\1}", one.path))
        for one in found.routes
        if isinstance(one, Route)
        for method in one.methods or ()
        if method not in READING
    }


@pytest.mark.finding("X19")
def test_every_route_that_changes_something_needs_its_key(site: Site) -> None:
    """Without a key 401, with a reader's 403, with an expired one 401; nothing is changed.

    The POSTs of READING_POSTS are reads with a body: they cost and compare, and change nothing.
    A reader may ask them, and who may read without a key may, too; an expired key is 401 there
    as anywhere.
    """
    reader = site.ask("POST", "/keys", {"scopes": ["read"]}).json["token"]
    scopes = ["read", "observe", "admin"]
    expired = site.ask("POST", "/keys", {"scopes": scopes, "expires_at": 1}).json["token"]
    before = site.ask("GET", "/audit?limit=1").json["data"]
    site.everywhere("/v1/models?limit=1", lambda answer: answer.status == 200, reader)
    found = declared(site.urls[0])

    assert len(found) > 25
    assert {path for _, path in found} > {*READING_POSTS, "/v1/observations"}
    for method, path in sorted(found):
        target = re.sub(r"{\w+}", "something", path)
        statuses = [
            asked(site.urls[0], method, target, {}, **headers).status
            for headers in ({}, {"x_api_key": reader}, {"x_api_key": expired})
        ]
        if path in READING_POSTS:
            assert not {401, 403} & {*statuses[:2]}, path
            assert statuses[2] == 401, path
        else:
            assert statuses == [401, 403, 401], (method, path)
    assert site.ask("GET", "/audit?limit=1").json["data"] == before


@pytest.mark.finding("X19")
def test_no_route_that_changes_something_is_left_out_of_the_document(
    site: Site, tmp_path: Path
) -> None:
    """What the application routes and what it declares are the same, so the walk misses none."""
    assert routed(tmp_path) == declared(site.urls[0])
