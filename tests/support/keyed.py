"""A worker that knows its callers' keys: ``python -m support.keyed`` serves as settings say."""

import time

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from modeldex import settings, telemetry
from modeldex.access.facts import facts
from modeldex.access.guards import Admitted, Guards, Policy
from modeldex.access.keys import FILE
from modeldex.access.limits import Limits
from modeldex.access.networks import Proxies
from modeldex.access.ring import KeyRing
from modeldex.bootstrap import worker
from modeldex.serve import problems
from modeldex.serve.principals import NOTE


class Guarded:
    """Lets the guards decide about each request, and looks at the file of keys before it."""

    def __init__(self, app: ASGIApp, guards: Guards) -> None:
        self.app, self.guards = app, guards

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] == "http":
            self.guards.ring.poll()
            asked = facts(
                scope["client"][0],
                scope["method"],
                scope["path"],
                scope["query_string"],
                scope["headers"],
            )
            said = self.guards.admit(asked)
            if not isinstance(said, Admitted):
                refusal = problems.problem(said.status, said.code, said.detail)
                await refusal(scope, receive, send)
                return
            scope[NOTE] = said.principal
        await self.app(scope, receive, send)


def main() -> None:
    """Serve until told to stop."""
    found = settings.load()
    log = telemetry.configure(found.log_format)
    secret = found.admin_key.get_secret_value() if found.admin_key else None
    ring = KeyRing(found.data_dir / FILE, log, time.time, secret)
    guards = Guards(
        Policy(strangers="off", admin="off"), ring, Proxies(()), Limits(time.monotonic)
    )
    app = Guarded(worker.build(found, log), guards)
    uvicorn.run(app, port=found.port, loop="uvloop", http="httptools", log_level="critical")


if __name__ == "__main__":
    main()
