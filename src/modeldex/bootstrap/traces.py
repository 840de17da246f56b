"""Traces are an extra: nothing of them is loaded unless a setting asks for them."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

from modeldex.errors import ModeldexError
from modeldex.serve.middleware.watch import Trace
from modeldex.settings import Settings

_TRACING = "modeldex.bootstrap.tracing"
_T = TypeVar("_T")


def spans(settings: Settings) -> Trace | None:
    """Return where spans of answers go, ``None`` where nothing is traced.

    Raises:
        ModeldexError: traces are wanted and cannot be sent.
    """
    if settings.traces is None:
        return None
    found: Trace = _opened(settings.traces)
    return found


def refresher(settings: Settings, plain: Callable[..., _T]) -> Callable[..., _T]:
    """Return what makes a refresher: *plain*, or one whose refreshes are traced.

    Raises:
        ModeldexError: traces are wanted and cannot be sent.
    """
    if settings.traces is None:
        return plain
    traced: Callable[..., _T] = _opened(settings.traces).refresher
    return traced


def _opened(url: str) -> Any:
    try:
        return import_module(_TRACING).opened(url)
    except ImportError as error:
        raise ModeldexError(
            f"MODELDEX_TRACES is set and {error.name} is not installed. "
            "Install modeldex[otel], or unset it."
        ) from error
