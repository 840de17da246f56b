"""The whole core as one short function: listings in, catalog out. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from modeldex.domain.history import NO_LEDGER, Ledger
from modeldex.domain.ids import offer_id
from modeldex.domain.listing import Listing, SourceRows
from modeldex.domain.model import Catalog, Model
from modeldex.domain.offer import (
    AVAILABLE,
    HIDDEN,
    MISSING,
    PUBLIC,
    RETIRED,
    TENANT,
    UNLISTED,
    Observed,
    Offer,
)
from modeldex.domain.provider import Provider
from modeldex.domain.rate import Meter
from modeldex.domain.rules import NO_RULES, Rules
from modeldex.history.attach import attach
from modeldex.merge import fold, identity
from modeldex.merge.evidence import evidence
from modeldex.merge.identity import Identity
from modeldex.merge.offers import Testimony, gather
from modeldex.pricing import resolve
from modeldex.pricing.verdict import Bench

NOTHING_OBSERVED: Mapping[str, Observed] = {}
_UNKNOWN = Decimal("Infinity")


def build(
    sources: Sequence[SourceRows],
    providers: Mapping[str, Provider],
    today: str,
    rules: Rules = NO_RULES,
    ledger: Ledger = NO_LEDGER,
    observed: Mapping[str, Observed] = NOTHING_OBSERVED,
) -> Catalog:
    """Return the catalog that the last good listings of all sources make.

    Args:
        sources: in any order; the result does not depend on it.
        providers: those declared, by slug.
        today: the UTC date for which standard prices are chosen, ``YYYY-MM-DD``.
        rules: what an operator decided.
        ledger: what is remembered of all sources over time.
        observed: what callers report, by the ids of offers; of others it is left out.
    """
    said = gather(sources)
    bench = Bench(sources, said, providers, rules, today)
    offers = [_offer(one, bench, rules) for one in said]
    offers.sort(key=lambda one: one.id)
    found = {one.id: identity.identify(one.facts) for one in offers}
    identities = identity.decided(found, rules)
    placed = [_placed(one, identities[one.id], observed.get(one.id)) for one in offers]
    return Catalog(
        date=today,
        offers=tuple(placed),
        models=tuple(_models(placed, identities, rules)),
        providers=tuple(_providers(placed, providers, rules)),
        history=attach(ledger, said, {one.id: one.model_id for one in placed}),
    )


def _offer(said: Testimony, bench: Bench, rules: Rules) -> Offer:
    own = [row.listing for row in said.own]
    books = [row.listing for row in said.entries]
    facts = fold.fold(own, books)
    resolved, judgement = bench.judge(said)
    winner = resolved.winner
    name = offer_id(said.provider, said.provider_model_id)
    return Offer(
        id=name,
        facts=facts,
        model_id="",
        rates=winner.rates if winner else (),
        prices=winner.prices if winner else {},
        pricing_source=winner.source if winner else None,
        status=HIDDEN if name in rules.hidden else _status(said, facts, rules),
        confirmed=any(not row.missing for row in said.own),
        sources=tuple(dict.fromkeys(one.source for one in (*own, *books))),
        first_seen=min(row.first_seen for row in said.speaking),
        last_changed=max(row.last_changed for row in (*said.speaking, *said.books)),
        doubts=judgement.doubts,
        witnesses=judgement.witnesses,
        agreed=judgement.agreed,
        visibility=_visibility(said, rules),
        evidence=(*evidence(said.own, said.entries), *resolve.evidence(resolved.claims)),
    )


def _placed(one: Offer, found: Identity, observed: Observed | None) -> Offer:
    return msgspec.structs.replace(
        one,
        model_id=found.model,
        base=found.base,
        variants=found.variants,
        editions=found.editions,
        identified_by=(found.evidence, found.said),
        observed=observed,
    )


def _status(said: Testimony, facts: Listing, rules: Rules) -> str:
    if said.listed and not said.own:
        return UNLISTED
    missing = min(row.missing for row in said.speaking)
    if missing:
        return RETIRED if missing >= rules.retire_after else MISSING
    return facts.status or AVAILABLE


def _visibility(said: Testimony, rules: Rules) -> str:
    rows = (*said.own, *said.entries)
    is_private = bool(rules.private) and all(o.listing.source in rules.private for o in rows)
    return TENANT if is_private else PUBLIC


def _models(
    offers: Sequence[Offer], identities: Mapping[str, Identity], rules: Rules
) -> Iterable[Model]:
    grouped: dict[str, list[Offer]] = defaultdict(list)
    for one in offers:
        grouped[one.model_id].append(one)
    called = identity.aliases(
        {name: [identities[one.id] for one in group] for name, group in grouped.items()},
        _named(offers, rules),
    )
    for model_id in sorted(grouped):
        group = grouped[model_id]
        yield Model(
            id=model_id,
            facts=fold.of_model([one.facts for one in sorted(group, key=_authority)]),
            offers=tuple(sorted(group, key=_cost)),
            aliases=called[model_id],
            base=group[0].base,
            variants=group[0].variants,
            target=min(filter(None, (identities[one.id].target for one in group)), default=None),
            common=fold.common([one.facts for one in group if one.is_active]),
        )


def _named(offers: Sequence[Offer], rules: Rules) -> dict[str, str]:
    """Return the models that an operator's aliases mean, by alias: of an offer, its model."""
    if not rules.aliases:
        return {}
    models = {one.id: one.model_id for one in offers}
    return {name: models.get(means, means) for name, means in rules.aliases}


def _cost(one: Offer) -> tuple[bool, Decimal, Decimal, str]:
    """Order offers: shown before not shown, cheapest first, unknown last, then by id."""
    return (
        not one.is_active,
        one.prices.get(Meter.INPUT, _UNKNOWN),
        one.prices.get(Meter.OUTPUT, _UNKNOWN),
        one.id,
    )


def _authority(one: Offer) -> tuple[bool, bool, bool, str]:
    """Order offers by who knows the model best: its author, then confirmed lists, then books."""
    author = one.model_id.partition("/")[0]
    return (one.facts.provider != author, not one.confirmed, not one.is_active, one.id)


def _providers(
    offers: Sequence[Offer], declared: Mapping[str, Provider], rules: Rules
) -> list[Provider]:
    """Return those declared and all others with offers; these are known from books only.

    Unless a tenant states an offer of one: nobody else sees that statement, and it is no book.
    """
    found = dict(declared)
    stated = {one.facts.provider for one in offers if not rules.private.isdisjoint(one.sources)}
    for slug in {one.facts.provider for one in offers} - found.keys():
        found[slug] = Provider(slug=slug, name=_title(slug), book_only=slug not in stated)
    return [found[slug] for slug in sorted(found)]


def _title(slug: str) -> str:
    return " ".join(part.capitalize() for part in slug.replace("_", "-").split("-"))
