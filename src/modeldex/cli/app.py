"""All verbs, and how an error leaves the command."""

import sys
from typing import NoReturn

import typer

from modeldex.cli import (
    check,
    cost,
    decide,
    diff,
    export,
    history,
    keys,
    models,
    past,
    precedence,
    refresh,
    serve,
    settings,
    show,
    sources,
)
from modeldex.errors import ModeldexError

FAILURE = 1  # something could not be done
MISUSE = 2  # the command line is wrong; Click's own code

app = typer.Typer(
    name="modeldex",
    help="One fast, truthful list of every LLM you can call.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for verb in (
    serve,
    refresh,
    models,
    show,
    history,
    diff,
    cost,
    check,
    export,
    precedence,
    settings,
):
    app.command(verb.NAME)(verb.command)
for name, command in (decide.COMMANDS | past.COMMANDS).items():
    app.command(name)(command)
app.add_typer(sources.app)
app.add_typer(keys.app)


def run() -> None:
    """Run the command; an error that is meant for people is one sentence on standard error."""
    try:
        app()
    except UnicodeEncodeError:
        _fail("A word on the command line is not UTF-8.")
    except (ModeldexError, OSError) as error:
        _fail(str(error))


def _fail(sentence: str) -> NoReturn:
    sys.stderr.write(f"modeldex: {sentence}\n")
    sys.exit(FAILURE)
