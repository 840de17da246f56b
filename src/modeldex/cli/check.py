"""``modeldex check``: how good what is known of each provider is."""

import time
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec
import typer

from modeldex import settings
from modeldex.cli import catalog, output
from modeldex.domain.provenance import KINDS
from modeldex.errors import ModeldexError
from modeldex.pricing.quality import Quality, counts
from modeldex.query import quality
from modeldex.snapshot import status
from modeldex.snapshot.reader import Snapshot

NAME = "check"
DOUBTS = 3  # exit code: there are doubts of the kinds that were asked for
_COLUMNS = (
    "provider", "offers#", "confirmed#", "priced#", "context#", "modalities#", "compared#",
    "agreed#", "doubted#", "answered",
)  # fmt: skip


class UnknownWord(ModeldexError):
    """A provider or a kind of doubt that does not exist."""


def command(
    provider: Annotated[
        list[str] | None, typer.Option("--provider", "-p", help="Only this one; repeatable.")
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", "-k", help="Only such doubts; repeatable.")
    ] = None,
    json: output.Json = False,
) -> None:
    """Check the data: coverage, freshness, agreement and doubts of each provider.

    Exit code 0: no doubts; 3: there are some; 1: it could not be checked; 2: misuse.
    """
    snapshot = catalog.snapshot()
    kinds = _kinds(kind)
    found = [_only(one, kinds) for one in _chosen(snapshot, provider)]
    answered = _answered()
    if json:
        output.as_json(_document(snapshot, found, answered))
    else:
        _show(found, answered)
    if any(one.doubts for one in found):
        raise typer.Exit(DOUBTS)


def _kinds(asked: Sequence[str] | None) -> tuple[str, ...]:
    for kind in asked or ():
        if kind not in KINDS:
            raise UnknownWord(f"There is no kind of doubt {kind!r}; there are {', '.join(KINDS)}.")
    return tuple(kind for kind in KINDS if not asked or kind in asked)


def _chosen(snapshot: Snapshot, asked: Sequence[str] | None) -> Iterable[Quality]:
    if not asked:
        return quality.report(snapshot)
    found: list[Quality] = []
    for name in asked:
        number = snapshot.gateways.get(name.lower().lstrip("@"))
        if number is None:
            raise UnknownWord(f"There is no provider {name!r}; see `modeldex sources`.")
        slug = snapshot.providers[number].slug
        found += quality.report(snapshot, slug) or (Quality(provider=slug, offers=0),)
    return found


def _only(one: Quality, kinds: Sequence[str]) -> Quality:
    doubts = {kind: found for kind, found in one.doubts.items() if kind in kinds}
    return msgspec.structs.replace(one, doubts=doubts)


def _answered() -> dict[str, float]:
    """Return when each provider's own list last answered, unix seconds."""
    last = status.read(settings.load().snapshots)
    found: dict[str, float] = {}
    for one in last.sources if last else ():
        if one.answered_at is not None and not one.book:
            found[one.provider] = max(found.get(one.provider, 0.0), one.answered_at)
    return found


def _document(
    snapshot: Snapshot, found: Sequence[Quality], answered: dict[str, float]
) -> dict[str, Any]:
    providers = [
        {**msgspec.to_builtins(one), "answered_at": answered.get(one.provider)} for one in found
    ]
    return {"snapshot": snapshot.id, "doubts": counts(found), "providers": providers}


def _show(found: Sequence[Quality], answered: dict[str, float]) -> None:
    now, out = time.time(), output.console()
    output.as_table(_COLUMNS, (_row(one, now, answered.get(one.provider)) for one in found))
    total = counts(found)
    for kind, count in total.items():
        if count:
            out.print(f"\n[bold]{kind}[/] ({count:,}): {KINDS[kind]}")
        for one in (one for doubts in found for one in doubts.doubts.get(kind, ())):
            out.print(f"  {one.id}: {one.sentence}", markup=False, soft_wrap=True)
    shown = sum(one.offers for one in found)
    out.print(f"\n{sum(total.values()):,} doubts; {shown:,} offers are shown.")


def _row(one: Quality, now: float, answered: float | None) -> tuple[object, ...]:
    return (
        one.provider,
        one.offers,
        _share(one.confirmed, one.offers),
        _share(one.priced, one.offers),
        _share(one.limited, one.offers),
        _share(one.described, one.offers),
        one.compared,
        _share(one.agreed, one.compared),
        one.doubted,
        output.ago(now, answered),
    )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else ""
