"""From a question about another moment to statements over the facts in force then.

The facts of an offer are stored in the order in which they are believed, so the first of those in
force is the one that counts.
"""

import json
from collections.abc import Sequence

from modeldex.query import moments, sql_filters, sql_text
from modeldex.query.question import Moment, Question
from modeldex.query.sql import Statement
from modeldex.snapshot.reader import Snapshot
from modeldex.snapshot.schema import ALWAYS, NEVER, sort_column

_BELIEVED = "f.recorded_at <= ? and f.superseded_at > ?"
_IN_FORCE = f"f.valid_from <= ? and f.valid_until > ? and {_BELIEVED}"
# Providers whose own list was known by then: an offer that only books had was not listed.
_WITH_LISTS = (
    "with lists(provider) as materialized (select p.number from providers p where exists ("
    "select 1 from facts f where f.own = 1 and f.provider = p.number and f.valid_from <= ? "
    f"and {_BELIEVED}))"
)
_ONE = (
    # As long as there is one minimum and no maximum, SQLite takes the other columns of the fact
    # from the row that has it: the one that is believed first.
    "select o.rank, o.model, o.provider, min(f.place) as place, f.rates, "
    # A book's price without a beginning lists nothing. A case looks no further than it must.
    f"case when sum(f.own) or o.provider not in lists and sum(f.valid_from > {ALWAYS}) "
    "then o.rank not in hidden else 0 end as listed"
)
_RATES = "left join rate_sets r on r.number = t.rates"
_METERS = {"price": "input", "output_price": "output"}


def ranks(question: Question, moment: Moment, snapshot: Snapshot) -> Statement:
    """Return the statement that finds the ranks of all rows of a question's list, in order.

    Raises:
        BadValue: too little is remembered of its moment.
    """
    matching, values = _matching(question, moment, snapshot)
    if question.unique and question.sort in (*_METERS, "provider_count"):
        statement = _models_by_offers(question, matching)
        values += _values(moment)
    elif question.unique:
        statement = _models(question, matching)
    elif question.sort == "provider_count":
        statement = _offers_by_count(question, matching)
        values = [*_values(moment), *values]
    else:
        statement = _offers(question, matching)
    return f"{_WITH_LISTS} {statement}", [*_lists(moment), *values]


def in_force(moment: Moment, column: str, wanted: Sequence[int]) -> Statement:
    """Return the statement for what was in force of some offers.

    It gives rank, model and listed, then the source and the rate set's id, ranks of prices,
    freedom, rates and pricing of the fact that counts.

    Args:
        column: ``rank`` of the offers, or their ``model``.
        wanted: values of it.
    """
    one = (
        f"{_ONE}, f.source from json_each(?) j cross join offers o on o.{column} = j.value "
        f"cross join facts f on f.offer = o.rank where {_IN_FORCE} group by o.rank"
    )
    statement = (
        f"{_WITH_LISTS} select t.rank, t.model, t.listed, t.source, r.id, r.input, r.output, "
        f"r.is_free, n.rates, n.pricing from ({one}) t {_RATES} "
        "left join rate_native n on n.number = r.number"
    )
    return statement, [*_lists(moment), json.dumps(wanted), *_values(moment)]


def _matching(question: Question, moment: Moment, snapshot: Snapshot) -> Statement:
    """Select the offers in force then that match all filters."""
    moments.check("as_of", moment.as_of, snapshot.horizon)
    moments.check("known_at", moment.known_at, snapshot.horizon)
    found = list(sql_filters.facts(question, snapshot))
    if question.min_providers is not None:
        found.append(_served(question.min_providers, moment))
    where, values = sql_filters.joined(found)
    scored = question.sort == "relevance"
    reading = "offers o"
    if question.text is not None:
        reading = f"{sql_text.hits(scored=scored)} cross join offers o on o.rank = h.rank"
        values.insert(0, sql_text.match(question.text))
    score = ", h.score" if scored else ""
    statement = (
        f"{_ONE}{score} from {reading} cross join facts f on f.offer = o.rank "
        f"where {where} and {_IN_FORCE} group by o.rank"
    )
    having = [] if question.include_inactive else [("listed", list[object]())]
    if costs := list(sql_filters.prices(question, snapshot, "r")):
        terms, limits = sql_filters.joined(costs)
        having.append((f"f.rates in (select r.number from rate_sets r where {terms})", limits))
    terms, limits = sql_filters.joined(having)
    return f"{statement} having {terms}", [*values, *_values(moment), *limits]


def _served(many: int, moment: Moment) -> Statement:
    """Match models that had so many providers then."""
    counted = (
        f"select model from ({_everything()} having listed) group by model "
        "having count(distinct provider) >= ?"
    )
    return f"o.model in ({counted})", [*_values(moment), many]


def _offers(question: Question, matching: str) -> str:
    if question.sort == "relevance":
        return f"select t.rank from ({matching}) t order by t.score, t.rank"
    if question.sort == "id":
        return f"select t.rank from ({matching}) t order by t.rank {_direction(question)}"
    if question.sort in _METERS:
        order = _unknown_last(f"r.{_METERS[question.sort]}", question)
        return f"select t.rank from ({matching}) t {_RATES} order by {order}, t.rank"
    column = sort_column(question.sort, question.order)
    return (
        f"select t.rank from ({matching}) t join offers o on o.rank = t.rank order by o.{column}"
    )


def _offers_by_count(question: Question, matching: str) -> str:
    counted = (
        "select model, count(distinct provider) as many from "
        f"({_everything()} having listed) group by model"
    )
    return (
        f", counts as materialized ({counted}) select t.rank from ({matching}) t "
        "left join counts c on c.model = t.model "
        f"order by ifnull(c.many, 0) {_direction(question)}, t.rank"
    )


def _models(question: Question, matching: str) -> str:
    if question.sort == "relevance":
        return (
            f"select t.model from ({matching}) t group by t.model order by min(t.score), t.model"
        )
    if question.sort == "id":
        order = f"t.model {_direction(question)}"
        return f"select distinct t.model from ({matching}) t order by {order}"
    column = sort_column(question.sort, question.order)
    return (
        f"select m.rank from models m where m.rank in (select model from ({matching})) "
        f"order by m.{column}"
    )


def _models_by_offers(question: Question, matching: str) -> str:
    """Order models by what all their listed offers say, whichever of them matched."""
    if question.sort == "provider_count":
        value = "count(distinct case when t.listed then t.provider end)"
        order = f"{value} {_direction(question)}"
    else:
        value = f"min(case when t.listed then r.{_METERS[question.sort]} end)"
        order = _unknown_last(value, question)
    return (
        f", matched(model) as materialized (select distinct model from ({matching})) "
        f"select t.model from ({_everything('o.model in matched')}) t {_RATES} "
        f"group by t.model order by {order}, t.model"
    )


def _everything(where: str = "1") -> str:
    return (
        f"{_ONE} from offers o cross join facts f on f.offer = o.rank "
        f"where {where} and {_IN_FORCE} group by o.rank"
    )


def _unknown_last(value: str, question: Question) -> str:
    return f"{value} is null, {value} {_direction(question)}"


def _direction(question: Question) -> str:
    return "desc" if question.order == "desc" else "asc"


def _believed(moment: Moment) -> list[object]:
    known = NEVER - 1 if moment.known_at is None else moment.known_at
    return [known, known]


def _values(moment: Moment) -> list[object]:
    return [moment.as_of, moment.as_of, *_believed(moment)]


def _lists(moment: Moment) -> list[object]:
    return [moment.as_of, *_believed(moment)]
