"""Answers that the edge gives itself, and the note of why."""

from collections.abc import Iterable

from starlette.types import Receive, Scope, Send

from modeldex.serve import problems

OUTCOME = "modeldex.outcome"  # on the scope: the code of what the edge answered itself


async def refuse(
    scope: Scope,
    receive: Receive,
    send: Send,
    said: tuple[int, str, str],
    headers: Iterable[tuple[bytes, bytes]] = (),
) -> None:
    """Answer with a problem.

    Args:
        said: its status, its code, and what to do about it.
    """
    status, code, detail = said
    scope[OUTCOME] = code
    named = {name.decode(): value.decode() for name, value in headers}
    await problems.problem(status, code, detail, headers=named)(scope, receive, send)
