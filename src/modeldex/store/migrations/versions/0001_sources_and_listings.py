"""Sources with their health, and the last good listings of each."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "sources",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("asked_at", sa.Double),
        sa.Column("answered_at", sa.Double),
        sa.Column("failed_at", sa.Double),
        sa.Column("failure_kind", sa.Text),
        sa.Column("failure", sa.Text),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("next_at", sa.Double),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("declaration", sa.Text),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("priced", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_sources"),
    )
    op.create_table(
        "listings",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("is_book", sa.Boolean, nullable=False),
        sa.Column("recorded_at", sa.Double, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("decoded", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(
            ["source"], ["sources.source"], name="fk_listings_source", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source", name="pk_listings"),
    )
