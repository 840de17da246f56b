"""The layers of the edge: pure ASGI, each with its values as arguments.

Outermost first: request id, access log and metrics, CORS, security, shelf, admission, deadline,
compression. The order is written down once more, as code, in :mod:`modeldex.serve.edge`.
"""
