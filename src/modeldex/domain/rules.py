"""What an operator decided about the catalog."""

import msgspec


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """Decisions that outlive every refresh.

    Attributes:
        hidden: ids of offers that are not shown.
        retire_after: complete answers without a model until it counts as retired.
    """

    hidden: frozenset[str] = frozenset()
    retire_after: int = 3


NO_RULES = Rules()
