"""What callers report: tallies of their calls, and which batches were counted."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "call_tallies",
        sa.Column("offer", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("length", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("requests", sa.BigInteger, nullable=False),
        sa.Column("ok", sa.BigInteger, nullable=False),
        sa.Column("failed", sa.BigInteger, nullable=False),
        sa.Column("input_tokens", sa.BigInteger),
        sa.Column("output_tokens", sa.BigInteger),
        sa.Column("cost", sa.Text),
        sa.Column("speeds", sa.LargeBinary),
        sa.PrimaryKeyConstraint("offer", "start", "length", name="pk_call_tallies"),
    )
    op.create_table(
        "call_batches",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_call_batches"),
    )
    op.create_index("ix_call_batches_recorded_at", "call_batches", ["recorded_at"])
