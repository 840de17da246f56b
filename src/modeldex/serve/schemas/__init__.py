"""The shapes of all answers, closed: what is not declared here is not sent."""

from modeldex.serve.schemas import (
    admin,
    costs,
    dialects,
    documents,
    errors,
    lists,
    openrouter,
    past,
    popular,
    routers,
    rows,
    service,
    structs,
)
from modeldex.serve.schemas.words import Schema

PLACES = (
    errors, rows, lists, dialects, openrouter, routers, documents, popular, past, costs, service,
    structs, admin,
)  # fmt: skip
COMPONENTS: dict[str, Schema] = {
    name: shape for place in PLACES for name, shape in place.SCHEMAS.items()
}
