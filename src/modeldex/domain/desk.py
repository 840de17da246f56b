"""What an operator keeps in the store: entries of several kinds, and who changed them when."""

import msgspec

TENANT, KEY, MODEL, OVERRIDE = "tenant", "key", "model", "override"
JOIN, PART, ALIAS = "join", "part", "alias"
SWITCH, PIN, HIDDEN = "switch", "pin", "hidden"
KINDS = (TENANT, KEY, MODEL, OVERRIDE, JOIN, PART, ALIAS, SWITCH, PIN)
ANYTHING, NOTHING = None, 0  # what an edit may find


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an operator stated.

    Attributes:
        name: unique among those of its kind; that of something of a tenant's is
            ``tenant:name``.
        version: number of the edit that made it what it is; never given twice.
        body: JSON, as its kind has it; without secrets.
        created_at, changed_at: unix seconds.
    """

    kind: str
    name: str
    version: int
    body: str
    tenant: str | None = None
    created_at: int
    changed_at: int


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """A change that an operator wants.

    Attributes:
        action: a word for the log: ``create``, ``change``, ``delete``, ``rotate`` …
        body: JSON of what is to stand there; ``None`` removes what does.
        secret: hash that is kept beside it; ``""`` forgets it, ``None`` leaves it as it is.
        found: the version that must stand there, ``NOTHING``, or ``ANYTHING``.
        who: id of the key that wants it.
        at: unix seconds.
    """

    kind: str
    name: str
    action: str
    body: str | None
    tenant: str | None = None
    secret: str | None = None
    found: int | None = ANYTHING
    who: str
    at: int


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log of changes.

    Attributes:
        number: ascends with time.
        at: unix seconds.
        who: id of the key that did it, ``admin`` for the administrator's, ``cli`` for the
            command line.
        before, after: JSON without secrets; ``None`` where there was or is nothing.
    """

    number: int
    at: int
    who: str
    action: str
    kind: str
    target: str
    before: str | None = None
    after: str | None = None


def scoped(tenant: str | None, name: str) -> str:
    """Return the name of an entry that is a tenant's or, without one, everybody's."""
    return name if tenant is None else f"{tenant}:{name}"
