"""Names of all models together: aliases that mean one model each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from modeldex.merge.identity.identify import Identity
from modeldex.merge.identity.reading import read


def aliases(
    found: Mapping[str, Iterable[Identity]], stated: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Return the aliases of each model.

    A name that is a model's id, or that two models claim, is no alias; but where one of the two
    is what the name itself says, it is that one's.

    Args:
        found: the identities of each model's offers, by model id.
        stated: names that an operator gives to models; above all other claims.
    """
    claims: dict[str, set[str]] = defaultdict(set)
    for model, identities in found.items():
        for one in identities:
            for name in one.names:
                claims[name].add(model)
    claims |= {name: {model} for name, model in stated.items() if model in found}
    owned: dict[str, list[str]] = {model: [] for model in found}
    for name, models in claims.items():
        owner = None if name in found else _owner(name, models)
        if owner is not None:
            owned[owner].append(name)
    return {model: tuple(sorted(names)) for model, names in owned.items()}


def _owner(name: str, models: set[str]) -> str | None:
    if len(models) == 1:
        return next(iter(models))
    said = read(name, "").model
    return said if said in models else None
