"""Two tenants that share a site, each with what nobody else may ever hear of."""

from typing import Any, NamedTuple

from support.administered import Site

PUBLIC = ["acme/labs/a", "acme/labs/b"]


class Tenant(NamedTuple):
    """A tenant of a site.

    Attributes:
        mark: in its slug, and in each name of its model; nothing else has it.
        digits: of its prices, without a point.
    """

    mark: str
    digits: str

    @property
    def model(self) -> str:
        """Id of its own model at a provider that nobody else knows."""
        return f"{self.mark}/{self.mark}-tuned"

    @property
    def hosted(self) -> str:
        """Id of its own model at a provider that everybody knows."""
        return f"groq/{self.mark}-hosted"

    @property
    def own(self) -> tuple[str, str]:
        """Ids of its own models."""
        return self.model, self.hosted

    @property
    def price(self) -> str:
        """USD for a million tokens."""
        return f"{self.digits[0]}.{self.digits[1:]}"

    @property
    def per_token(self) -> str:
        """USD for one token."""
        return f"0.00000{self.digits}"

    @property
    def sees(self) -> list[str]:
        """Ids of all offers that it is shown."""
        return sorted([*PUBLIC, *self.own])


# No letter of these names is in a public one, so that suggestions cannot tell them apart.
ONE, TWO = Tenant("zqkwx", "917346285"), Tenant("zqkxw", "826435197")
DECOY = "zqkww"  # stands for a name of the same form that nobody has


def rates(of: Tenant) -> dict[str, Any]:
    """Return a tenant's price, as an operator states it."""
    price = {"usd": of.price, "per": "1M"}
    return {"input": price, "output": price}


def settled(site: Site, of: Tenant) -> None:
    """Give a site a tenant, its models, and its price for a public one."""
    own = {"tenant": of.mark, "provider": "acme", "model": "labs/a", "rates": rates(of)}
    stated = {"tenant": of.mark, "name": f"Company {of.mark}"}
    bodies = (("/tenants", stated), *(("/models", private(of, one)) for one in of.own))
    for place, body in (*bodies, ("/overrides", own)):
        answer = site.ask("POST", place, body)
        assert answer.status == 201, answer.body


def private(of: Tenant, name: str) -> dict[str, Any]:
    """Return a tenant's own model, of which enough is known for every dialect to say it."""
    slug, _, model = name.partition("/")
    return {
        "tenant": of.mark, "provider": slug, "model": model, "rates": rates(of),
        "name": f"{of.mark.title()} Tuned", "description": f"Only {of.mark} has it.",
        "author": of.mark, "context_length": 128_000, "max_output_tokens": 8_000,
        "release_date": "2026-01-01", "open_weights": False,
        "capabilities": {"tools": True, "reasoning": False},
        "input_modalities": ["text"], "output_modalities": ["text"],
    }  # fmt: skip


def key(site: Site, **stated: Any) -> dict[str, Any]:
    """Return a new key without a limit, with its token."""
    answer = site.ask("POST", "/keys", {"limit": "off", **stated})
    assert answer.status == 201, answer.body
    return answer.json


def shows(site: Site, token: str, ids: list[str]) -> None:
    """Wait until every worker shows a key exactly these offers."""
    site.everywhere("/v1/models", lambda one: one.status == 200 and sorted(one.ids) == ids, token)
