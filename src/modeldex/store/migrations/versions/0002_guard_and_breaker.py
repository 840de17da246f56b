"""Held answers, hidden offers, and how long a source is left alone."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.add_column("sources", sa.Column("wait_until", sa.Double))
    op.add_column("sources", sa.Column("outcome", sa.Text))
    op.add_column("sources", sa.Column("seconds", sa.Double, nullable=False, server_default="0"))
    op.add_column("sources", sa.Column("bytes", sa.BigInteger, nullable=False, server_default="0"))
    op.create_table(
        "held_answers",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("before", sa.Integer, nullable=False),
        sa.Column("now", sa.Integer, nullable=False),
        sa.Column("suspicious", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("first_at", sa.Double, nullable=False),
        sa.Column("last_at", sa.Double, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("rejected", sa.Boolean, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("decoded", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(
            ["source"], ["sources.source"], name="fk_held_answers_source", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source", name="pk_held_answers"),
    )
    op.create_table(
        "hidden_offers",
        sa.Column("offer", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("offer", name="pk_hidden_offers"),
    )
