"""One frozen set of settings, from ``MODELDEX_*`` variables or ``modeldex.toml``.

The only reader of the environment.
"""

import os
import re
from collections.abc import Iterable
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from typing_extensions import override

from modeldex.errors import ModeldexError

PREFIX = "MODELDEX_"
FILE = "modeldex.toml"
_MASK = "********"
_PASSWORD = re.compile(r"(?<=://)[^/@]*(?=@)|(?<=password=)[^&]*")  # of a database, of a proxy
_LIMIT = re.compile("off|[1-9][0-9]{0,8}/(second|minute|hour|day)")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9._\-\[\]:]+")


class Settings(BaseSettings):
    """Everything that can be set. Names are those of the variables, without the prefix."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, toml_file=FILE, frozen=True, extra="forbid"
    )

    host: str = Field("127.0.0.1", description="Address to serve on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to serve on.")
    workers: int = Field(1, ge=1, le=256, description="Serving processes.")
    data_dir: Path = Field(Path("var"), description="Where snapshots and the store lie.")
    store_url: str | None = Field(None, description="The store; SQLite in DATA_DIR by default.")
    store_replica_url: str | None = Field(
        None, description="A PostgreSQL replica that builds read from."
    )
    store_replica_wait: float = Field(
        2.0, ge=0, le=60, description="Seconds that a build waits for the replica."
    )
    store_pool_size: int = Field(4, ge=1, le=100, description="Connections to the store at most.")
    store_pool_timeout: float = Field(
        10.0, gt=0, le=600, description="Seconds to wait for a free connection."
    )
    store_connect_timeout: float = Field(5.0, gt=0, le=60, description="Seconds to connect.")
    store_lock_timeout: float = Field(10.0, gt=0, le=600, description="Seconds for a lock.")
    store_statement_timeout: float = Field(
        60.0, gt=0, le=3600, description="Seconds for one statement, on PostgreSQL."
    )
    store_slow_statement: float = Field(
        1.0, ge=0, description="Seconds from which a statement of the store is logged."
    )
    sources: Annotated[tuple[str, ...] | None, NoDecode] = Field(
        None, description="Comma list of the only sources to use; all usable ones by default."
    )
    sources_dir: Path | None = Field(None, description="Directory of your own declarations.")
    overrides: Path | None = Field(
        None, description="File of your own prices and rules of identity."
    )
    source_mirror: str | None = Field(
        None, description="Template such as http://127.0.0.1:9100/{source}; keys are not sent."
    )
    source_timeout: float = Field(30.0, gt=0, le=600, description="Seconds for one source.")
    source_max_bytes: int = Field(32 * 2**20, ge=1024, description="Of one answer, unpacked.")
    refresh_interval: float = Field(
        900.0, ge=1, allow_inf_nan=False, description="Seconds between two refreshes."
    )
    refresh_deadline: float = Field(
        180.0, gt=0, allow_inf_nan=False, description="Seconds that one refresh asks for."
    )
    fetch_concurrency: int = Field(16, ge=1, le=256, description="Sources asked at a time.")
    guard_factor: int = Field(10, ge=2, description="A change by so much is suspicious.")
    guard_least_share: float = Field(
        0.5, ge=0, le=1, description="An answer with a smaller share of the rows is held."
    )
    guard_most_suspicious: float = Field(
        0.1, ge=0, le=1, description="An answer with a larger share of suspicious rows is held."
    )
    guard_answers: int = Field(3, ge=1, description="Equal answers that settle a suspicious row.")
    retire_after: int = Field(3, ge=1, description="Answers without a model until it is retired.")
    history_days: int = Field(
        0, ge=0, description="Days that superseded prices and changes are kept; 0 is for ever."
    )
    observed_interval: float = Field(
        600.0,
        ge=1,
        allow_inf_nan=False,
        description="Seconds between looks at reported calls.",
    )
    breaker_failures: int = Field(3, ge=1, description="Failures in a row that open a breaker.")
    breaker_seconds: float = Field(300.0, ge=0, description="How long it is open at first.")
    breaker_longest: float = Field(3600.0, ge=0, description="How long it is open at most.")
    description_length: int = Field(2000, ge=0, description="Characters of a description.")
    shelf_bytes: int = Field(32 * 2**20, ge=0, description="Finished answers a worker keeps.")
    query_threads: int = Field(4, ge=1, le=64, description="Threads of a worker for questions.")
    fast_lane: bool = Field(
        default=True, description="Known questions are answered by the protocol."
    )
    connection_limit: int = Field(
        4096, ge=8, le=1_000_000, description="Open connections of a worker."
    )
    receive_timeout: float = Field(15.0, gt=0, le=600, description="Seconds for one request.")
    drain_timeout: float = Field(
        20.0, gt=0, le=600, description="Seconds in which a client must read something."
    )
    keep_alive: int = Field(15, ge=1, le=600, description="Seconds of an idle connection.")
    shutdown_timeout: int = Field(10, ge=1, le=600, description="Seconds to end in.")
    anonymous: bool = Field(default=True, description="Whether reading needs no key.")
    foreign_keys: str = Field(
        "auto",
        pattern="^(auto|ignore|refuse)$",
        description="Keys that are not of our form: auto ignores them while there are no keys.",
    )
    rate_limit_anonymous: str = Field(
        "300/minute", description="For reading without a key, for each address; or off."
    )
    rate_limit_key: str = Field("6000/minute", description="For reading with a key, for each key.")
    rate_limit_write: str = Field("1200/minute", description="For reporting, for each key.")
    rate_limit_admin: str = Field("600/minute", description="For administration, for each key.")
    rate_limit_wrong_keys: str = Field(
        "30/minute", description="For keys that are none, for each address."
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Comma list of addresses and CIDR ranges whose forwarding headers count."
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Comma list of web origins whose pages may read answers; * is all."
    )
    concurrency_limit: int = Field(64, ge=1, description="Requests of a worker that run at once.")
    queue_size: int = Field(256, ge=0, description="Requests that wait for a place.")
    queue_timeout: float = Field(5.0, gt=0, le=600, description="Seconds that they wait at most.")
    stream_limit: int = Field(64, ge=1, description="Answers of unknown length under way.")
    deadline: float = Field(
        10.0, gt=0, le=600, description="Seconds until an answer begins, the queue included."
    )
    url_bytes: int = Field(8192, ge=256, description="Of path and query at most.")
    header_bytes: int = Field(32768, ge=1024, description="Of a request's headers at most.")
    body_bytes: int = Field(2**20, ge=1024, description="Of a request's body at most.")
    compress_from: int = Field(512, ge=0, description="Bytes from which answers are compressed.")
    access_log: bool = Field(default=True, description="Whether each answer is a line in the log.")
    traces: str | None = Field(None, description="URL to which traces go as OTLP over HTTP.")
    log_format: str = Field("console", pattern="^(console|json)$", description="Of log lines.")
    admin_key: SecretStr | None = Field(None, description="Key of the administrator.")

    @field_validator("sources", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip()) or None
        return value

    @field_validator("trusted_proxies", "cors_origins", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            try:
                ip_network(one, strict=False)
            except ValueError:
                raise ValueError(
                    f"{one!r} is no address and no range such as 10.0.0.0/8"
                ) from None
        return value

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if one != "*" and not _ORIGIN.fullmatch(one):
                raise ValueError(f"{one!r} is no origin such as https://example.org, and not *")
        return value

    @field_validator(
        "rate_limit_anonymous",
        "rate_limit_key",
        "rate_limit_write",
        "rate_limit_admin",
        "rate_limit_wrong_keys",
    )
    @classmethod
    def _is_limit(cls, value: str) -> str:
        if not _LIMIT.fullmatch(value):
            raise ValueError(f"{value!r} is no limit such as 300/minute, 5/second or off")
        return value

    @field_validator("source_mirror")
    @classmethod
    def _is_template(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must be a template such as http://127.0.0.1:9100/{source}")
        return value

    @field_validator("traces")
    @classmethod
    def _is_url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must be a URL such as http://127.0.0.1:4318/v1/traces")
        return value

    @property
    def store(self) -> str:
        """The store's URL."""
        return self.store_url or f"sqlite+aiosqlite:///{self.data_dir / 'modeldex.db'}"

    @property
    def snapshots(self) -> Path:
        """Where snapshots, their pointer and the status file are published."""
        return self.data_dir / "snapshots"

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


class SettingsError(ModeldexError):
    """A setting has a value that is not allowed."""


def load() -> Settings:
    """Read the settings.

    Raises:
        SettingsError: naming each wrong setting and what is wrong with it.
    """
    unknown = sorted(set(_names(os.environ)) - set(Settings.model_fields))
    if unknown:
        names = ", ".join(f"{PREFIX}{name.upper()}" for name in unknown)
        raise SettingsError(f"Unknown settings: {names}. `modeldex settings` lists all.")
    try:
        return Settings()  # type: ignore[call-arg] # every field has a default
    except (OSError, ValueError) as error:
        if not isinstance(error, ValidationError):
            raise SettingsError(f"{FILE} cannot be read: {error}.") from None
        wrong = "; ".join(
            f"{PREFIX}{'.'.join(map(str, one['loc'])).upper()}: {one['msg']}"
            for one in error.errors()
        )
        raise SettingsError(f"Wrong settings: {wrong}.") from None


def origins(settings: Settings) -> dict[str, str]:
    """Return where each setting comes from: ``environment``, the file's name, or ``default``.

    An empty variable is as good as none.
    """
    set_here = set(_names(name for name, value in os.environ.items() if value))
    return {
        name: "environment"
        if name in set_here
        else FILE
        if name in settings.model_fields_set
        else "default"
        for name in Settings.model_fields
    }


def shown(settings: Settings) -> dict[str, dict[str, object]]:
    """Return the value of each setting, secrets masked, and its origin."""
    origin = origins(settings)
    return {name: {"value": masked(settings, name), "origin": origin[name]} for name in origin}


def masked(settings: Settings, name: str) -> object:
    """Return a setting as it may be shown to a person."""
    value = getattr(settings, name)
    if isinstance(value, SecretStr):
        return _MASK
    if isinstance(value, str):
        return _PASSWORD.sub(_MASK, value)
    if isinstance(value, tuple):
        return ",".join(value)
    return value if value is None or isinstance(value, int | float) else str(value)


def variable(names: Iterable[str]) -> str | None:
    """Return the first of the environment variables *names* that is set and not blank."""
    for name in names:
        if os.environ.get(name, "").strip():
            return os.environ[name].strip()
    return None


def _names(environment: Iterable[str]) -> Iterable[str]:
    upper = (name.upper() for name in environment)
    return (name.removeprefix(PREFIX).lower() for name in upper if name.startswith(PREFIX))
