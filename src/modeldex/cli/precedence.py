"""``modeldex precedence``."""

from modeldex.cli import output

NAME = "precedence"


def command(json: output.Json = False) -> None:
    """Show who may speak for each field, the strongest first."""
    from modeldex.merge import precedence

    rows = precedence.table()
    if json:
        output.as_json(rows)
        return
    output.as_table(
        ("field", "of an offer", "of a model"),
        (
            (row["field"], " > ".join(row["offer"]), " > ".join(row["model"]) or "nobody")
            for row in rows
        ),
    )
