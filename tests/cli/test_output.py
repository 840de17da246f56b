"""What the command prints for people."""

import pytest

from modeldex.cli import output

ID = "acme/labs/m[red]:free:[/]"


def test_a_cell_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither brackets nor a word between colons in an id means anything to the console."""
    output.as_table(("id",), [(ID,)])
    assert ID in capsys.readouterr().out


def test_a_word_between_colons_is_no_picture(capsys: pytest.CaptureFixture[str]) -> None:
    """Variants such as `:free` stay what they are in sentences, too."""
    output.console().print("acme/labs/m:free: listed twice")
    assert capsys.readouterr().out == "acme/labs/m:free: listed twice\n"
