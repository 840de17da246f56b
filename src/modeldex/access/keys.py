"""API keys: what is written of them, and how a token is made and checked.

A token is shown once. What is kept is the SHA-256 of it: 256 random bits need no slow hash.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable
from hmac import compare_digest
from pathlib import Path

import msgspec

from modeldex.access.networks import Network, networks
from modeldex.access.principal import READ, SCOPES, Principal
from modeldex.access.quotas import quota

FILE = Path("access") / "keys.json"  # in DATA_DIR
PREFIX = "mdx_"
LONGEST_TOKEN = 512  # bytes; nothing longer is worth a hash
_OWNER_ONLY = 0o600


class KeyRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a key.

    Attributes:
        id: public; it stands in logs, lists and the audit log.
        sha256: of the token, in lower-case hex.
        tenant: slug; ``None`` where the key belongs to no tenant.
        scopes: what the key may, of ``read``, ``observe`` and ``admin``.
        networks: addresses and CIDR ranges that it may be used from; empty means anywhere.
        limit: requests of its own, such as ``600/minute``; ``None`` is the default.
        view: name of the catalog that it sees; ``None`` is the public one.
        expires_at: Unix seconds; ``None`` is never.
        created_at: Unix seconds.
        name: what its owner calls it.
    """

    id: str
    sha256: str
    tenant: str | None = None
    scopes: tuple[str, ...] = (READ,)
    networks: tuple[str, ...] = ()
    limit: str | None = None
    view: str | None = None
    expires_at: float | None = None
    created_at: float = 0.0
    name: str = ""


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key that can be used: a record, ready for asking.

    Attributes:
        client: what its requests are counted by.
    """

    sha256: str
    principal: Principal
    networks: tuple[Network, ...]
    expires_at: float | None
    client: str

    def is_expired(self, now: float) -> bool:
        """Return whether its time is over at *now*, in Unix seconds."""
        return self.expires_at is not None and self.expires_at <= now


def new_token() -> str:
    """Return a new token: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(token: str | bytes) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode() if isinstance(token, str) else token).hexdigest()


def matches(key: Key, found: str) -> bool:
    """Return whether *found* is the digest of the key's token, in constant time."""
    return compare_digest(key.sha256.encode(), found.encode())


def usable(record: KeyRecord) -> Key:
    """Return a record as a key.

    Raises:
        ValueError: it names a scope, a network or a limit that is none. No part of such a key
            may be used: what is wrong in it may be what was to restrict it.
    """
    unknown = set(record.scopes) - set(SCOPES)
    if unknown:
        raise ValueError(f"there is no scope {', '.join(sorted(unknown))}")
    if record.limit is not None:
        quota("", record.limit)
    principal = Principal(
        key_id=record.id,
        tenant=record.tenant,
        scopes=frozenset(record.scopes),
        view=record.view,
        limit=record.limit,
    )
    return Key(
        sha256=record.sha256,
        principal=principal,
        networks=networks(record.networks),
        expires_at=record.expires_at,
        client=f"key {record.id}",
    )


def read(path: Path) -> tuple[KeyRecord, ...]:
    """Read a key file.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not a list of keys.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=tuple[KeyRecord, ...])
    except msgspec.MsgspecError as error:
        raise ValueError(f"{path.name} is no list of keys: {error}") from None


def write(path: Path, records: Iterable[KeyRecord]) -> None:
    """Replace a key file at once and for good; only its owner may read it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        with os.fdopen(number, "wb") as file:
            file.write(msgspec.json.encode(tuple(records)))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _sync(path.parent)


def _sync(directory: Path) -> None:
    """Let a rename outlive a loss of power."""
    number = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
