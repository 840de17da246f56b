"""What an operator decided about the catalog."""

import msgspec


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """Decisions that outlive every refresh.

    Attributes:
        hidden: ids of offers that are not shown.
        joined: pairs of names, offer or model: what the first names is the model of the second.
        parted: names, offer or model: each offer that one means is a model by itself. Where a name
            is in both, it is parted first.
        retire_after: complete answers without a model until it counts as retired.
    """

    hidden: frozenset[str] = frozenset()
    joined: tuple[tuple[str, str], ...] = ()
    parted: frozenset[str] = frozenset()
    retire_after: int = 3


NO_RULES = Rules()
