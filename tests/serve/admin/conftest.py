"""A site to administer."""

from collections.abc import Iterator

import pytest

from support import provider
from support.administered import Site, administered
from support.refreshing import models


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two workers and a refresher that has asked acme for two models."""
    with provider.running() as found:
        found.script("/acme/acme/models", models("labs/a", "labs/b"))
        with administered(tmp_path_factory.mktemp("site"), found) as site:
            site.everywhere(
                "/v1/models", lambda answer: answer.ids == ["acme/labs/a", "acme/labs/b"]
            )
            yield site
