"""From a question about changes to its statement."""

from modeldex.query.question import ChangesQuestion
from modeldex.query.sql import Statement

_HELD = (
    "(select place from changes where (number, part) <= (?, ?) "
    "order by number desc, part desc limit 1)"
)


def page(asked: ChangesQuestion, offer: str | None, model: str | None) -> Statement:
    """Return the statement for number, part and body of a page's changes, and of one more.

    Args:
        offer, model: id of the one that the question names.
    """
    terms, values = [f"c.place > ifnull({_HELD}, -1)"], list[object](asked.after)
    if asked.kinds:
        terms.append(f"c.kind in ({', '.join('?' * len(asked.kinds))})")
        values.extend(asked.kinds)
    for term, value in (
        ("c.provider = ?", asked.provider),
        ("c.offer = ?", offer),
        ("c.model = ?", model),
        ("c.happened_at >= ?", asked.since),
        ("c.happened_at < ?", asked.until),
    ):
        if value is not None:
            terms.append(term)
            values.append(value)
    statement = (
        "select c.number, c.part, b.body from changes c "
        "cross join change_native b on b.place = c.place "
        f"where {' and '.join(terms)} order by c.place limit ?"
    )
    return statement, [*values, asked.limit + 1]
