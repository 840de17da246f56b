"""Which offers are the same model: by evidence, and nothing by chance."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given

from modeldex import pipeline
from modeldex.domain.listing import Listing
from modeldex.domain.model import Catalog
from modeldex.domain.rules import Rules
from modeldex.merge import identity
from modeldex.merge.identity import Identity, identify
from support import catalogs, worlds
from support.catalogs import TODAY, listing
from support.lines import cold

_LARGE = "mistral-large-2512"


def grouped(*offers: Listing) -> dict[str, str]:
    """Return the model id of each offer, told by its provider and native id."""
    return {f"{one.provider}/{one.provider_model_id}": identify(one).model for one in offers}


def meant(native: str, **facts: Any) -> str:
    """Return the model that an id of the provider acme means."""
    return identify(listing("acme", native, **facts)).model


def ruled(*offers: Listing, **rules: Any) -> dict[str, Identity]:
    """Return the identities of offers after an operator's rules."""
    found = {f"{one.provider}/{one.provider_model_id}": identify(one) for one in offers}
    return identity.decided(found, Rules(**rules))


@pytest.mark.finding("ME-L6")
@pytest.mark.parametrize(
    ("native", "facts", "expected"),
    [
        ("x/one", {"hugging_face_id": "Org/M", "canonical_slug": "org/n"}, "org/m"),
        ("x/one", {"canonical_slug": "org/n"}, "org/n"),
        ("x/one", {"canonical_slug": "x/one-20260413"}, "x/one"),
        ("x/one", {}, "x/one"),
        ("chat", {"author": "org"}, "org/chat"),
        ("org/m:sub", {"via": "sub"}, "org/m"),
        ("org/m:free:sub", {"via": "sub"}, "org/m:free"),
        ("brand", {"aliases": ("org/m", "brand-2")}, "org/m"),
        ("brand", {"aliases": ("org/m",), "hugging_face_id": "org/n"}, "org/m"),
        ("brand", {"aliases": ("org/m", "org/n")}, "acme/brand"),
        ("org/brand", {"aliases": ("org/m",)}, "org/brand"),
        ("org/m", {"hugging_face_id": "  /"}, "org/m"),
    ],
)
def test_the_strongest_evidence_decides(native: str, facts: dict[str, Any], expected: str) -> None:
    """A declared alias of a brand, then the repository, then the slug, then the id itself."""
    assert meant(native, **facts) == expected


def test_the_same_repository_is_the_same_model() -> None:
    """Offers of several providers join by their Hugging Face id, and are called by it."""
    found = grouped(
        listing("acme", "llama-big", hugging_face_id="meta-llama/Llama-3.3-70B-Instruct"),
        listing("bolt", "big-70b", hugging_face_id="meta-llama/Llama-3.3-70B-Instruct"),
        listing("core", "meta-llama/llama-3.3-70b-instruct"),
    )

    assert set(found.values()) == {"meta-llama/llama-3.3-70b-instruct"}


def test_the_same_canonical_slug_is_the_same_model() -> None:
    """A source's own name for the thing itself joins what it lists under two ids."""
    found = grouped(
        listing("acme", "org/m-05-06", canonical_slug="org/m-03-25"),
        listing("acme", "org/m-new", canonical_slug="org/m-03-25"),
        listing("bolt", "org/m-03-25"),
    )

    assert set(found.values()) == {"org/m-03-25"}


def test_evidence_is_not_chained() -> None:
    """What others state of a name does not move an offer that states nothing of itself."""
    first = listing("acme", "x/one", hugging_face_id="org/m")
    second = listing("bolt", "x/one")

    assert grouped(first, second) == {"acme/x/one": "org/m", "bolt/x/one": "x/one"}


@pytest.mark.finding("X04")
def test_variants_are_models_of_their_own() -> None:
    """Who calls :free or :thinking gets something else, even of the same repository."""
    facts = {"hugging_face_id": "org/m", "canonical_slug": "org/m"}
    offers = [listing("acme", f"org/m{tail}", **facts) for tail in ("", ":free", ":x")]

    assert grouped(*offers) == {"acme/org/m": "org/m", "acme/org/m:free": "org/m:free",
                                "acme/org/m:x": "org/m:x"}  # fmt: skip
    assert {identify(one).base for one in offers} == {"org/m"}


def test_what_only_a_repository_says_is_declared() -> None:
    """The precision of a repository does not part what one calls without it."""
    found = identify(listing("acme", "org/m", hugging_face_id="org/M-FP8"))

    assert (found.model, found.editions) == ("org/m", ("fp8",))


def test_a_dated_edition_is_declared_within_its_model() -> None:
    """A date pins the same model; the offer says which date."""
    catalog = catalogs.of(listing("acme", "gpt-4o"), listing("acme", "gpt-4o-2024-05-13"))
    (model,) = catalog.models

    assert (model.id, model.base, model.variants) == ("openai/gpt-4o", "openai/gpt-4o", ())
    assert [one.editions for one in model.offers] == [(), ("20240513",)]
    assert model.aliases == ("openai/gpt-4o-2024-05-13",)


@pytest.mark.finding("X05")
def test_a_display_name_joins_nothing() -> None:
    """Two models of one display name are two models."""
    found = grouped(
        listing("acme", "big", name="Llama 70B"), listing("bolt", "large", name="Llama 70B")
    )

    assert found == {"acme/big": "acme/big", "bolt/large": "bolt/large"}


def test_a_short_id_is_its_providers_own() -> None:
    """Without an author or a family, equal ids of two providers prove nothing."""
    found = grouped(
        listing("acme", "chat"), listing("bolt", "chat"),
        listing("acme", "a", canonical_slug="talk"), listing("bolt", "b", canonical_slug="talk"),
    )  # fmt: skip

    assert len(set(found.values())) == len(found)


@pytest.mark.parametrize(
    ("facts", "target"),
    [
        (
            {"aliases": ("mistral-large-2411", _LARGE)},
            "mistralai/mistral-large-2512",
        ),
        ({"aliases": ("mistral-large-latest",)}, None),
        ({"canonical_slug": "mistralai/mistral-large-2512"}, "mistralai/mistral-large-2512"),
        ({}, None),
    ],
)
def test_a_moving_name_tells_what_it_means_now(facts: dict[str, Any], target: str | None) -> None:
    """`-latest` is a model of its own, whose target may change while its id does not."""
    catalog = catalogs.of(listing("acme", "mistral-large-latest", **facts))
    (model,) = catalog.models

    assert model.id == "mistralai/mistral-large-latest"
    assert (model.base, model.target) == ("mistralai/mistral-large", target)


def test_every_decision_tells_its_reasons() -> None:
    """Which evidence gave the base, what the id alone would say, and what was taken off."""
    facts = {"hugging_face_id": "zai-org/GLM-4.5"}
    said = " / ".join(identify(listing("acme", "acme-glm-4-6-free", **facts)).why)

    assert "hugging face id 'zai-org/GLM-4.5' says the base 'z-ai/glm-4.5'" in said
    assert "native id alone would say 'z-ai/glm-4.6'" in said
    assert "variant 'free' parts it" in said


def test_a_row_tells_enough_to_explain_it() -> None:
    """What is kept of the evidence gives the same reasons again."""
    for one in (listing("acme", "glm-4-6-free", hugging_face_id="zai-org/GLM-4.5"),
                listing("acme", "databricks-gpt-5")):  # fmt: skip
        found = identify(one)
        told = identity.Told("acme", one.provider_model_id, found.base.partition("/")[0])

        assert identity.explain(told, found.evidence, found.said) == found.why


def test_a_rule_joins_what_no_evidence_does() -> None:
    """An offer, or all offers of a model, count as another offer's or model's."""
    offers = (listing("acme", "brand"), listing("bolt", "brand"), listing("bolt", "org/m:free"))
    one = ruled(*offers, joined=(("acme/brand", "org/m"), ("bolt/brand", "bolt/org/m:free")))

    assert {name: found.model for name, found in one.items()} == {
        "acme/brand": "org/m", "bolt/brand": "org/m:free", "bolt/org/m:free": "org/m:free",
    }  # fmt: skip
    assert (one["acme/brand"].evidence, one["acme/brand"].said) == (
        "rule",
        "join acme/brand org/m",
    )
    assert "the operator's rule" in one["acme/brand"].why[0]


@pytest.mark.finding("ME-M3")
def test_joins_lead_through_each_other() -> None:
    """A chain means where it ends; a circle means its first name."""
    chain = ruled(listing("acme", "a"), joined=(("acme/a", "x/b"), ("x/b", "x/c")))
    circle = (("x/b", "x/c"), ("x/c", "x/b"), ("acme/a", "x/c"))

    assert chain["acme/a"].model == "x/c"
    assert ruled(listing("bolt", "x/b"), joined=circle)["bolt/x/b"].model == "x/b"
    assert ruled(listing("bolt", "x/c"), joined=circle)["bolt/x/c"].model == "x/b"


def test_a_rule_parts_what_evidence_joins() -> None:
    """A parted offer is a model by itself; parting a model parts each of its offers."""
    offers = (listing("acme", "org/m"), listing("bolt", "org/m"), listing("core", "org/m"))
    one = ruled(*offers, parted=frozenset({"acme/org/m"}))
    whole = ruled(*offers, parted=frozenset({"org/m"}))

    assert [found.model for found in one.values()] == ["acme/org-m", "org/m", "org/m"]
    assert [found.base for found in whole.values()] == ["acme/org-m", "bolt/org-m", "core/org-m"]


def test_rules_of_unknown_names_change_nothing() -> None:
    """A rule may speak of what is not offered now."""
    found = ruled(listing("acme", "org/m"), joined=(("x/y", "y/z"),), parted=frozenset({"z/a"}))

    assert found["acme/org/m"] == identify(listing("acme", "org/m"))


def test_a_joined_model_leaves_its_id_as_an_alias() -> None:
    """Who knows the old id finds the model that it is now."""
    sources = [catalogs.rows("acme", [listing("acme", "brand")])]
    catalog = pipeline.build(sources, {}, TODAY, Rules(joined=(("acme/brand", "org/m"),)))

    assert [(one.id, one.aliases) for one in catalog.models] == [("org/m", ("acme/brand",))]


def test_an_alias_never_means_two_models() -> None:
    """A name that two models bear is that one's whom the name itself says, else nobody's."""
    catalog = catalogs.of(
        listing("acme", "x/one", hugging_face_id="org/m"),
        listing("bolt", "x/one", hugging_face_id="org/n"),
        listing("core", "meta-llama/Meta-Llama-3.1-8B-Instruct"),
        listing("dune", "meta-llama/Meta-Llama-3.1-8B-Instruct", hugging_face_id="dune/tuned"),
    )
    aliases = {one.id: one.aliases for one in catalog.models}

    assert aliases["org/m"] == aliases["org/n"] == aliases["dune/tuned"] == ()
    assert aliases["meta-llama/llama-3.1-8b-instruct"] == (
        "meta-llama/meta-llama-3.1-8b-instruct",
    )


def test_an_alias_of_a_variant_says_the_variant() -> None:
    """A repository's name alone does not mean the free edition of it."""
    (model,) = catalogs.of(listing("acme", "x/one:free", hugging_face_id="org/M")).models

    assert (model.id, model.aliases) == ("org/m:free", ("x/one:free",))


def test_the_order_of_offers_does_not_matter() -> None:
    """Every order of the same offers gives the same models."""
    offers = (
        listing("acme", "x/one", hugging_face_id="org/m"),
        listing("bolt", "y/two", hugging_face_id="org/n", canonical_slug="x/one"),
        listing("core", "z/three", canonical_slug="y/two"),
        listing("dune", "x/one"),
    )
    found = {tuple(sorted(grouped(*order).items())) for order in permutations(offers)}

    assert len(found) == 1


def models(catalog: Catalog) -> dict[str, str]:
    """Return the model of each offer."""
    return {one.id: one.model_id for one in catalog.offers}


@worlds.LAW
@given(worlds.WORLDS)
def test_a_model_keeps_its_id_when_another_source_comes_or_goes(world: tuple[Any, ...]) -> None:
    """An offer's model follows from what is said of that offer; any other source may go."""
    own = [one for one in world if not one.is_book]
    before = models(catalogs.build(*own))
    for gone in own:
        after = models(catalogs.build(*(one for one in own if one is not gone)))
        others = [name for name in after if not _speaks(gone, name)]
        assert {name: after[name] for name in others} == {name: before[name] for name in others}


def _speaks(source: Any, offer: str) -> bool:
    ids = {f"{row.listing.provider}/{row.listing.provider_model_id}" for row in source.rows}
    return offer in ids


@worlds.LAW
@given(worlds.WORLDS)
def test_a_book_without_identity_moves_no_model(world: tuple[Any, ...]) -> None:
    """A book that states names, limits and prices leaves every offer where it was."""
    own = [one for one in world if not one.is_book]
    before = models(catalogs.build(*own))
    rows = [row.listing for one in own for row in one.rows]
    entries = [
        Listing(source="b", provider=one.provider, provider_model_id=one.provider_model_id,
                name="Another name", context_length=7)
        for one in rows
    ]  # fmt: skip
    after = models(catalogs.build(*own, catalogs.rows("b", entries, is_book=True)))

    assert {name: after[name] for name in before} == before


@pytest.mark.finding("ME-M3")
@worlds.LAW
@given(worlds.WORLDS)
def test_every_name_of_a_model_leads_to_one(world: tuple[Any, ...]) -> None:
    """No alias is a model's id, and none stands under two models."""
    catalog = catalogs.build(*world)
    ids = [one.id for one in catalog.models]
    aliases = [name for one in catalog.models for name in one.aliases]

    assert len(aliases) == len(set(aliases))
    assert set(aliases).isdisjoint(ids)


@pytest.mark.finding("ME-H2")
def test_ten_times_the_offers_are_ten_times_the_work() -> None:
    """Identities, rules and aliases are linear, also where many offers are of one model."""
    rules = Rules(joined=(("a/a", "b/b"),), parted=frozenset({"c/c"}))

    def identified(count: int) -> None:
        offers = [
            listing(f"p{number}", native, hugging_face_id=repository)
            for number in range(count)
            for native, repository in (("gpt-4-1-free", None), (f"org/m{number}", "org/M"))
        ]
        found = identity.decided({str(n): identify(one) for n, one in enumerate(offers)}, rules)
        groups: dict[str, list[Identity]] = {}
        for one in found.values():
            groups.setdefault(one.model, []).append(one)
        identity.aliases(groups, {})

    assert cold(lambda: identified(400)) <= 10.5 * cold(lambda: identified(40))
