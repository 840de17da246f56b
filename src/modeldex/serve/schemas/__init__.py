"""The shapes of all answers, closed: what is not declared here is not sent."""

from modeldex.serve.schemas import costs, lists, past, rows, service, structs
from modeldex.serve.schemas.words import Schema

COMPONENTS: dict[str, Schema] = {
    **rows.SCHEMAS,
    **lists.SCHEMAS,
    **past.SCHEMAS,
    **costs.SCHEMAS,
    **service.SCHEMAS,
    **structs.SCHEMAS,
}
