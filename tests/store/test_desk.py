"""What every store keeps for an operator; each kind of store passes the same tests."""

import json
from decimal import Decimal

import pytest

from modeldex.domain import desk as kinds
from modeldex.domain.desk import Entry, Line
from modeldex.domain.rate import Conditions, Meter, Rate
from modeldex.domain.tenancy import NO_STANDING
from modeldex.domain.views import Restriction
from modeldex.errors import AlreadyThere, Changed, InUse, NotThere
from modeldex.store.base import Changes, Store
from modeldex.store.desk import Asked, Desk
from support.desks import AT, HASH, edit, key, override, private, rule, tenant

RATES = {
    "input": [
        {"usd": "1.10", "per": "1M"},
        {"usd": 2.2, "per": "1M", "min_input_tokens": 200001},
    ],
    "output": {"usd": "0", "per": "1M"},
}


async def test_an_empty_desk_holds_nothing(store: Store, desk: Desk) -> None:
    """What was never put there is not there, and a build reads nothing of it."""
    assert await desk.entries(kinds.TENANT) == ()
    assert await desk.entry(kinds.TENANT, "shop") is None
    assert (await desk.keys()).hashes == {}
    assert (await desk.hidden(), await desk.lines(Asked())) == ((), ())
    assert (await store.known()).standing == (await store.basis(0)).standing == NO_STANDING


@pytest.mark.parametrize(
    "made",
    [
        tenant(),
        key("key_1", secret=HASH, scopes=["read"]),
        override("override_1", provider="acme", rates=RATES),
        rule(kinds.JOIN, "acme/a", into="labs/b"),
        rule(kinds.PART, "acme/a"),
        rule(kinds.ALIAS, "our/best", means="labs/b"),
        edit(kinds.SWITCH, "acme", {"source": "acme", "enabled": False}),
        edit(kinds.PIN, "snapshot", {"snapshot": "0" * 32}),
    ],
    ids=lambda made: made.kind,
)
@pytest.mark.finding("X29")
async def test_each_kind_is_created_read_changed_and_deleted(desk: Desk, made: kinds.Edit) -> None:
    """A full round trip; the version ascends with each edit, and what is removed is gone."""
    created = await desk.edit(made)
    assert created == Entry(
        kind=made.kind, name=made.name, version=1, body=made.body or "", created_at=AT,
        changed_at=AT,
    )  # fmt: skip
    assert await desk.entry(made.kind, made.name) == created
    changed = edit(made.kind, made.name, json.loads(made.body or ""), at=AT + 5, found=1)
    after = await desk.edit(changed)
    assert after is not None
    assert (after.version, after.created_at, after.changed_at) == (2, AT, AT + 5)
    assert await desk.entries(made.kind) == (after,)
    assert await desk.edit(edit(made.kind, made.name, found=2)) is None
    assert await desk.entries(made.kind) == ()


async def test_an_edit_finds_what_it_wants_or_changes_nothing(desk: Desk) -> None:
    """A second creation, an outdated change and the removal of nothing are refused, unlogged."""
    await desk.edit(tenant())
    for wrong, error in (
        (edit(kinds.TENANT, "shop", {"tenant": "shop"}, found=kinds.NOTHING), AlreadyThere),
        (edit(kinds.TENANT, "shop", {"tenant": "shop"}, found=7), Changed),
        (edit(kinds.TENANT, "shop", found=7), Changed),
        (edit(kinds.TENANT, "other"), NotThere),
        (edit(kinds.TENANT, "other", {"tenant": "other"}, found=1), NotThere),
        (private("other", "acme", "a"), NotThere),
    ):
        with pytest.raises(error):
            await desk.edit(wrong)
    assert [one.number for one in await desk.lines(Asked())] == [1]


async def test_a_tenant_that_has_something_stays(desk: Desk) -> None:
    """What would be left without its tenant is named; revoked keys do not count."""
    await desk.edit(tenant())
    await desk.edit(private("shop", "acme", "a"))
    await desk.edit(key("key_1", "shop"))
    with pytest.raises(InUse, match=r"1 of its keys, 1 of its models"):
        await desk.edit(edit(kinds.TENANT, "shop"))
    revoked = {"tenant": "shop", "revoked_at": AT}
    await desk.edit(edit(kinds.KEY, "key_1", revoked, tenant="shop", secret=""))
    await desk.edit(edit(kinds.MODEL, "shop:acme/a"))
    await desk.edit(edit(kinds.TENANT, "shop"))
    assert await desk.entries(kinds.TENANT) == ()


async def test_the_hash_of_a_token_stands_beside_its_key(desk: Desk) -> None:
    """It is given to the key file alone, kept by a change, and forgotten with a revocation."""
    await desk.edit(key("key_1"))
    await desk.edit(key("key_2", secret="f" * 64))
    await desk.edit(edit(kinds.KEY, "key_1", {"name": "new"}))
    assert (await desk.keys()).hashes == {"key_1": HASH, "key_2": "f" * 64}
    await desk.edit(edit(kinds.KEY, "key_1", {"revoked_at": AT}, secret=""))
    await desk.edit(edit(kinds.KEY, "key_2"))
    assert (await desk.keys()).hashes == {}
    assert HASH not in str(await desk.lines(Asked())) + str(await desk.entries(kinds.KEY))


async def test_hiding_is_the_same_wherever_it_is_decided(store: Store, desk: Desk) -> None:
    """An offer hidden here is hidden for a refresh, and the other way round."""
    assert await desk.edit(edit(kinds.HIDDEN, "acme/a", {})) is None
    await desk.edit(edit(kinds.HIDDEN, "acme/a", {}))
    await store.save(Changes(hidden=["acme/b"]))
    assert (await store.known()).hidden == {"acme/a", "acme/b"}
    assert await desk.hidden() == ("acme/a", "acme/b")
    await desk.edit(edit(kinds.HIDDEN, "acme/b"))
    with pytest.raises(NotThere):
        await desk.edit(edit(kinds.HIDDEN, "acme/b"))
    assert (await store.basis(1)).hidden == {"acme/a"}


async def test_the_log_says_who_changed_what_when(desk: Desk) -> None:
    """Newest first, before and after, by pages and by what is looked for."""
    await desk.edit(tenant())
    await desk.edit(edit(kinds.TENANT, "shop", {"tenant": "shop", "name": "S"}, who="key_9"))
    said = Line(number=0, at=AT, who="key_9", action="refresh", kind="source", target="acme")
    assert await desk.note(said) == 3
    lines = await desk.lines(Asked(most=2))
    assert [one.number for one in lines] == [3, 2]
    assert lines[1].before == '{"tenant": "shop"}'
    assert lines[1].after == '{"tenant": "shop", "name": "S"}'
    assert [one.number for one in await desk.lines(Asked(before=2))] == [1]
    assert [one.number for one in await desk.lines(Asked(who="key_9", kind="tenant"))] == [2]
    assert [one.number for one in await desk.lines(Asked(target="acme"))] == [3]


async def test_a_build_reads_what_stands(store: Store, desk: Desk) -> None:
    """Rules for everybody, switches and the pin; tenants with their own; digits are kept."""
    await desk.edit(tenant("shop", name="The shop"))
    await desk.edit(override("override_1", provider="Acme", model="a*", rates=RATES))
    await desk.edit(override("override_2", "shop", provider="acme", rates=RATES))
    await desk.edit(private("shop", "Acme", "Own", rates=RATES, context_length=9, name="Own one"))
    await desk.edit(rule(kinds.JOIN, "acme/a", into="labs/b"))
    await desk.edit(rule(kinds.PART, "acme/c", "shop"))
    await desk.edit(rule(kinds.ALIAS, "our/best", means="labs/b"))
    await desk.edit(edit(kinds.SWITCH, "bolt", {"source": "bolt", "enabled": False}))
    await desk.edit(edit(kinds.PIN, "snapshot", {"snapshot": "0" * 32}))
    found = (await store.basis(0)).standing
    assert found == (await store.known()).standing
    assert (found.disabled, found.pinned, found.number) == (frozenset({"bolt"}), "0" * 32, 9)
    (priced,) = found.stated.overrides
    assert (priced.provider, priced.model, priced.name) == ("acme", "a*", "override_1")
    wanted = (
        Rate(meter=Meter.INPUT, usd=Decimal("0.0000011")),
        Rate(
            meter=Meter.INPUT, usd=Decimal("0.0000022"), when=Conditions(min_input_tokens=200001)
        ),
        Rate(meter=Meter.OUTPUT, usd=Decimal(0)),
    )
    assert priced.rates == wanted
    assert found.stated.joined == (("acme/a", "labs/b"),)
    assert found.stated.aliases == (("our/best", "labs/b"),)
    assert found.stated.parted == set()
    (shop,) = found.tenants
    assert (shop.tenant, shop.name, shop.stated.parted) == (
        "shop", "The shop", frozenset({"acme/c"}),
    )  # fmt: skip
    assert [one.name for one in shop.stated.overrides] == ["override_2"]
    (rows,) = shop.sources
    (row,) = rows.rows
    assert rows.partial
    assert (row.first_seen, row.last_changed) == ("2026-11-23", "2026-11-23")
    assert (row.listing.provider, row.listing.provider_model_id) == ("acme", "Own")
    assert (row.listing.rates, row.listing.context_length) == (wanted, 9)


async def test_the_views_are_those_of_the_keys(store: Store, desk: Desk) -> None:
    """Equal keys share one; a plain one has none; both restrictions hold; revoked do not count."""
    await desk.edit(tenant("shop", providers=["acme", "bolt"]))
    await desk.edit(key("key_1"))
    await desk.edit(key("key_2", "shop"))
    await desk.edit(key("key_3", "shop", name="another"))
    await desk.edit(key("key_4", "shop", models=["labs/*"], private=False))
    await desk.edit(key("key_5", "shop", models=["other/*"], revoked_at=AT))
    await desk.edit(key("key_6"))
    await desk.edit(override("override_1", key="key_6", provider="acme", rates=RATES))
    views = (await store.basis(0)).views
    shop = Restriction(providers=("acme", "bolt"))
    assert {(*one.audience, one.limits, one.private) for one in views} == {
        (None, "key_6", (), False),
        ("shop", None, (shop,), True),
        ("shop", None, (shop, Restriction(models=("labs/*",))), False),
    }


async def test_an_entry_that_cannot_be_read_costs_itself_only(store: Store, desk: Desk) -> None:
    """As one that another version of modeldex wrote; a sentence says which."""
    await desk.edit(edit(kinds.OVERRIDE, "override_1", {"from": "the future"}))
    await desk.edit(rule(kinds.PART, "acme/a"))
    stated = (await store.basis(0)).standing.stated
    assert stated.parted == {"acme/a"}
    (problem,) = stated.problems
    assert "override 'override_1'" in problem
