"""Logging set-up, in one place."""

import logging
import sys
from typing import Any, Protocol

import structlog
from stamina import instrumentation


class Log(Protocol):
    """What the rest of modeldex needs of a logger: a sentence and its facts."""

    def info(self, event: str, **facts: Any) -> Any:
        """Note something normal."""

    def warning(self, event: str, **facts: Any) -> Any:
        """Note something that somebody should know."""

    def error(self, event: str, **facts: Any) -> Any:
        """Note something that somebody should do something about."""


def configure(log_format: str) -> Log:
    """Send log lines to standard error, one each, and return the logger.

    Args:
        log_format: ``json`` or ``console``.
    """
    renderer = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    instrumentation.set_on_retry_hooks([])  # a source that fails is logged once, by the refresher
    log: Log = structlog.get_logger("modeldex")
    return log
