"""The one network client: deadline, size limit, retries, redirects, and errors by kind."""

import asyncio
import ssl
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Self

import httpx2
import stamina

from modeldex import __version__
from modeldex.errors import NotAsked, SourceError
from modeldex.sources.exchange import Answer, Exchange, Response, retry_after
from modeldex.sources.paging import Request

USER_AGENT = f"modeldex/{__version__}"
MOST_BYTES = 32 * 2**20
_REDIRECTS = {301, 302, 303, 307, 308}
_MOST_REDIRECTS = 3
_ATTEMPTS = 3
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class _TryAgain(Exception):
    """A failure that another attempt may repair."""

    def __init__(self, error: SourceError) -> None:
        super().__init__(str(error))
        self.error = error


class Fetcher:
    """Runs exchanges. Use as an async context manager.

    Args:
        concurrency: conversations at the same time.
        most_bytes: of one answer, all its pages, decompressed.
        use_proxies: whether the environment's proxies are used; not for a mirror.
        patience: seconds from its opening until every conversation has ended, if there is such.
    """

    def __init__(
        self,
        concurrency: int,
        most_bytes: int = MOST_BYTES,
        *,
        use_proxies: bool = True,
        patience: float | None = None,
    ) -> None:
        self.most_bytes, self.patience = most_bytes, patience
        self._end: float | None = None
        self._places = asyncio.Semaphore(concurrency)
        self._client = httpx2.AsyncClient(
            headers={"user-agent": USER_AGENT},
            follow_redirects=False,
            trust_env=use_proxies,
            limits=httpx2.Limits(max_connections=concurrency, max_keepalive_connections=0),
            timeout=None,  # every exchange has one deadline for all of it
        )

    async def __aenter__(self) -> Self:
        """Return itself; from now on its patience runs."""
        if self.patience is not None:
            self._end = _time() + self.patience
        return self

    async def __aexit__(self, *_exception: object) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def run(self, exchange: Exchange, deadline: float) -> Answer:
        """Drive *exchange* to its answer, in at most *deadline* seconds once it has its turn.

        Raises:
            NotAsked: its turn did not come before the end.
            SourceError: with the kind of what went wrong.
        """
        await self._turn()
        try:
            return await self._within(exchange, deadline)
        finally:
            self._places.release()

    async def _turn(self) -> None:
        try:
            async with asyncio.timeout_at(self._end):
                await self._places.acquire()
        except TimeoutError:
            raise self._too_late() from None
        if self._end is not None and _time() >= self._end:
            self._places.release()
            raise self._too_late()

    async def _within(self, exchange: Exchange, deadline: float) -> Answer:
        own_end = _time() + deadline
        end = own_end if self._end is None else min(own_end, self._end)
        try:
            async with asyncio.timeout_at(end):
                return await self._drive(exchange)
        except TimeoutError:
            reason = f"no complete answer within {deadline:g} s"
            if end < own_end:
                reason = f"no complete answer by the refresh's deadline of {self.patience:g} s"
            raise SourceError("timeout", reason) from None

    async def _drive(self, exchange: Exchange) -> Answer:
        request, size = next(exchange), 0
        while True:
            response = await self._send(request)
            size += len(response.body)
            if size > self.most_bytes:
                raise self._too_large()
            try:
                request = exchange.send(response)
            except StopIteration as done:
                answer: Answer = done.value
                return answer

    async def _send(self, request: Request) -> Response:
        """Send, again after a connection error or a 5xx, with growing and jittered pauses.

        Not after a 5xx that says when to come again: that is later than this turn.
        """
        attempts = stamina.retry_context(
            on=_TryAgain, attempts=_ATTEMPTS, timeout=None, wait_initial=0.2, wait_max=5.0
        )
        try:
            async for attempt in attempts:
                with attempt:
                    return await self._once(request)
        except _TryAgain as last:
            if isinstance(last.error, _ServerAnswer):
                return last.error.response
            raise last.error from last.__cause__
        raise AssertionError  # stamina returns or raises

    async def _once(self, request: Request) -> Response:
        try:
            response = await self._followed(request)
        except httpx2.TimeoutException as error:
            raise _TryAgain(SourceError("timeout", "the connection timed out")) from error
        except httpx2.LocalProtocolError:  # its text may quote a header
            raise SourceError("client", "the request is none that can be sent") from None
        except httpx2.TransportError as error:
            raise _TryAgain(_transport_error(error)) from error
        except httpx2.DecodingError as error:
            raise SourceError("decode", "its compression is broken") from error
        if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not _names_a_time(response):
            raise _TryAgain(_ServerAnswer(response))
        return response

    async def _followed(self, request: Request) -> Response:
        url = httpx2.URL(request.url, params=list(request.query)) if request.query else request.url
        for _ in range(_MOST_REDIRECTS + 1):
            response = await self._read(str(url), request)
            if response.status not in _REDIRECTS:
                return response
            url = _same_host(str(url), response.headers.get("location", ""))
        raise SourceError("client", f"it redirected more than {_MOST_REDIRECTS} times")

    async def _read(self, url: str, request: Request) -> Response:
        async with self._client.stream("GET", url, headers=dict(request.headers)) as response:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self.most_bytes:
                    raise self._too_large()
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Response(response.status_code, headers, bytes(body))

    def _too_late(self) -> NotAsked:
        return NotAsked(f"its turn did not come by the refresh's deadline of {self.patience:g} s")

    def _too_large(self) -> SourceError:
        return SourceError("client", f"its answer is larger than {self.most_bytes} bytes")


class _ServerAnswer(SourceError):
    """A 5xx that no further attempt repaired."""

    def __init__(self, response: Response) -> None:
        super().__init__("server", f"it answered {response.status}")
        self.response = response


def _time() -> float:
    return asyncio.get_running_loop().time()


def _names_a_time(response: Response) -> bool:
    """Return whether it is to be left alone for a while; a date counts, even one that is past."""
    return bool(retry_after(response.headers.get("retry-after"), _LONG_AGO))


def _same_host(url: str, location: str) -> str:
    before = httpx2.URL(url)
    try:
        after = before.join(location)
    except (httpx2.InvalidURL, ValueError):
        raise SourceError("client", "it redirects to what is no address") from None
    if (before.scheme, before.host, before.port) != (after.scheme, after.host, after.port):
        reason = f"it redirects to another host, {after.host!r}, which is not followed"
        raise SourceError("client", reason)
    return str(after)


def _transport_error(error: httpx2.TransportError) -> SourceError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return SourceError("tls", f"its certificate or TLS failed: {cause.reason}")
        cause = cause.__cause__ or cause.__context__
    words = str(error) or type(error).__name__
    return SourceError("connection", f"the connection failed: {words[:200]}")
