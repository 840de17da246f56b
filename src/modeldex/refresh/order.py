"""What one refresh is to do."""

from typing import Literal

import msgspec


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator decided about something that the guard holds, or about an offer.

    Attributes:
        action: ``accept`` and ``reject`` what is held of a source, or of one of its models;
            ``hide`` and ``show`` an offer.
        target: id of the source, or of the offer.
        model: id of one model of the source, as its provider calls it.
    """

    action: Literal["accept", "reject", "hide", "show"]
    target: str
    model: str | None = None


class PastFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Dated answers to be taken over.

    Attributes:
        path: of a file or a folder, absolute.
        source: id or alias of the source; ``None`` where folders say it.
    """

    path: str
    source: str | None = None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What one refresh is to do.

    Attributes:
        sources: ids or aliases; ``()`` means all that can be asked.
        only_due: leave out what is not due yet.
        only_packages: installed books alone, for a first catalog without a network.
        ask_nobody: only carry out the decisions, and publish what follows.
        force: take what the guard would hold back, ask unconditionally, and ask in spite of an
            open breaker or a ``Retry-After``.
        dry_run: remember and publish nothing.
        decisions: carried out before anybody is asked.
        past: answers to be taken over.
        forget_before: unix seconds; what nobody may ask for from before is forgotten.
        edit: number of the edit in the store that is to be published; no two edits are one order.
    """

    sources: tuple[str, ...] = ()
    only_due: bool = False
    only_packages: bool = False
    ask_nobody: bool = False
    force: bool = False
    dry_run: bool = False
    decisions: tuple[Decision, ...] = ()
    past: PastFiles | None = None
    forget_before: int | None = None
    edit: int = 0
