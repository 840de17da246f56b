"""What LiteLLM's proxy answers about its models: ``/model/info`` and ``/model_group/info``."""

from collections.abc import Iterable, Iterator
from typing import Any

from modeldex.dialects.litellm.cost_map import Row
from modeldex.domain.model import Catalog, Model

_MOST = (
    "max_input_tokens", "max_output_tokens", "input_cost_per_token", "output_cost_per_token",
)  # fmt: skip


def info(row: Row) -> dict[str, Any]:
    """Return a model of the proxy's list; what is unknown is absent."""
    parameters = row.offer.facts.supported_parameters
    return {
        "model_name": row.keys[0],
        "litellm_params": {"model": row.keys[0]},
        "model_info": {
            "id": row.offer.id,
            "key": row.keys[0],
            **row.value,
            **({} if parameters is None else {"supported_openai_params": parameters}),
        },
    }


def groups(catalog: Catalog, rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Yield each model with its shown offers as one group.

    Of limits and prices the largest known one is told, as LiteLLM's own proxy does.
    """
    known = {row.offer.id: row for row in rows if row.offer.is_active}
    for model in catalog.models:
        if found := [known[one.id] for one in model.offers if one.id in known]:
            yield _group(model, found)


def _group(model: Model, rows: list[Row]) -> dict[str, Any]:
    values = [row.value for row in rows]
    most = {
        name: max(known)
        for name in _MOST
        if (known := [one[name] for one in values if name in one])
    }
    flags = {key for one in values for key, said in one.items() if said is True}
    parameters = {name for row in rows for name in row.offer.facts.supported_parameters or ()}
    mode = next((one["mode"] for one in values if "mode" in one), None)
    return {
        "model_group": model.id,
        "providers": sorted({one["litellm_provider"] for one in values}),
        **most,
        **({} if mode is None else {"mode": mode}),
        "tpm": None,
        "rpm": None,
        **dict.fromkeys(sorted(flags), True),
        **({"supported_openai_params": sorted(parameters)} if parameters else {}),
    }
