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
    rows,
    service,
    structs,
)
from modeldex.serve.schemas.words import Schema

COMPONENTS: dict[str, Schema] = {
    **errors.SCHEMAS,
    **rows.SCHEMAS,
    **lists.SCHEMAS,
    **dialects.SCHEMAS,
    **openrouter.SCHEMAS,
    **documents.SCHEMAS,
    **popular.SCHEMAS,
    **past.SCHEMAS,
    **costs.SCHEMAS,
    **service.SCHEMAS,
    **structs.SCHEMAS,
    **admin.SCHEMAS,
}
