"""The tables of the store, in SQLAlchemy Core; the migrations are proved equal to them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

sources = Table(
    "sources",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("asked_at", Double),
    Column("answered_at", Double),
    Column("failed_at", Double),
    Column("failure_kind", Text),
    Column("failure", Text),
    Column("failures", Integer, nullable=False),
    Column("next_at", Double),
    Column("wait_until", Double),
    Column("outcome", Text),
    Column("seconds", Double, nullable=False, server_default="0"),
    Column("bytes", BigInteger, nullable=False, server_default="0"),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("declaration", Text),
    Column("rows", Integer, nullable=False),
    Column("priced", Integer, nullable=False),
)

listings = Table(
    "listings",
    METADATA,
    Column("source", Text, ForeignKey("sources.source", ondelete="CASCADE"), primary_key=True),
    Column("is_book", Boolean, nullable=False),
    Column("recorded_at", Double, nullable=False),
    Column("payload", LargeBinary, nullable=False),  # zstd of msgpack of the pages' bodies
    Column("decoded", LargeBinary, nullable=False),  # zstd of msgpack of the kept listings
)

held_answers = Table(
    "held_answers",
    METADATA,
    Column("source", Text, ForeignKey("sources.source", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("before", Integer, nullable=False),
    Column("now", Integer, nullable=False),
    Column("suspicious", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("first_at", Double, nullable=False),
    Column("last_at", Double, nullable=False),
    Column("times", Integer, nullable=False),
    Column("rejected", Boolean, nullable=False),
    Column("payload", LargeBinary, nullable=False),  # zstd of msgpack of the pages' bodies
    Column("decoded", LargeBinary, nullable=False),  # zstd of msgpack of the listings
)

hidden_offers = Table("hidden_offers", METADATA, Column("offer", Text, primary_key=True))

# The times of what follows are whole unix seconds. Numbers are given by the marker of `commits`,
# so that they ascend without gaps on every database and are never given twice.
facts = Table(
    "facts",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("provider_model_id", Text, nullable=False),
    Column("state", Text, nullable=False),  # JSON, decimals as strings
    Column("rate_id", Text),
    Column("valid_from", BigInteger),
    Column("valid_until", BigInteger),
    Column("recorded_at", BigInteger, nullable=False),
    Column("superseded_at", BigInteger),  # the only column that is ever updated, once
    Index(None, "source", "superseded_at"),
)

events = Table(
    "events",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("provider_model_id", Text, nullable=False),
    Column("field", Text),
    Column("old", Text),  # JSON
    Column("new", Text),  # JSON
    Column("happened_at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Index(None, "source"),
)

observations = Table(
    "observations",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False),
    Column("observed_at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Index(None, "source", "observed_at"),
)

commits = Table(  # one row, the marker: what was committed last
    "commits",
    METADATA,
    Column("marker", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("token", Text, nullable=False),  # tells whether a commit that was cut off was ours
    Column("facts", BigInteger, nullable=False),  # the last number given
    Column("events", BigInteger, nullable=False),
    Column("observations", BigInteger, nullable=False),
    Column("horizon", BigInteger, nullable=False),  # what ended before it may be forgotten
)

# What an operator keeps here. Numbers are given by the marker of `desk`, as those above.
entries = Table(
    "entries",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("tenant", Text),
    Column("version", BigInteger, nullable=False),
    Column("body", Text, nullable=False),  # JSON, without secrets
    Column("secret", Text),  # the hash of a key's token
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)

audit = Table(  # only ever appended to
    "audit",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("before", Text),  # JSON, without secrets
    Column("after", Text),
)

desk = Table(  # one row, the marker: the last number given
    "desk",
    METADATA,
    Column("marker", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("token", Text, nullable=False),  # tells whether an edit that was cut off was ours
)
