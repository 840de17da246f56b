"""What is known of an answer once it is over; both lanes fill this in."""

import msgspec


class Answered(msgspec.Struct, gc=False):
    """One answer.

    Attributes:
        request_id: the one in the answer's headers.
        path: decoded, without its query: a query may hold what is nobody's business.
        route: template of the route, or ``-`` where none was reached.
        bytes: of the body, as sent.
        seconds: from the arrival of the request to the end of the answer.
        shelf: ``hit`` or ``miss``; ``-`` where the shelf was not asked.
        outcome: code of what the edge answered itself, such as ``rate_limited``; else ``-``.
        key: public id of the key; ``-`` for none.
        client: address, or the /64 of an IPv6 address.
        parent: the ``traceparent`` that came with it, where requests are traced.
    """

    request_id: str
    method: str
    path: str
    route: str
    status: int
    bytes: int
    seconds: float
    shelf: str = "-"
    outcome: str = "-"
    key: str = "-"
    client: str = "-"
    parent: str = ""
