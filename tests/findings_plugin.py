"""Knows the marker `finding(*ids, kind="behaviour")`, which says what a test proves.

Loaded by `pytest_plugins = ["findings_plugin"]` in `conftest.py`.
"""

import pytest

import findings


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    kinds = " | ".join(findings.KINDS)
    line = f"finding(*ids, kind): the audit findings this test proves; kind is {kinds}"
    config.addinivalue_line("markers", line)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Refuse to collect while a marker names no finding, or no kind of proof."""
    if hasattr(session.config, "workerinput"):  # the controller has looked already
        return
    try:
        wrong = findings.problems(
            findings.load(), findings.scan(session.config.rootpath / "tests")
        )
    except ValueError as error:
        raise pytest.UsageError(str(error)) from error
    if wrong:
        raise pytest.UsageError("\n".join(wrong))
