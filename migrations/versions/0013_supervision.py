"""supervision: who stays out of a petition, and when the platform was down.

Tables and a column that may be empty: the version before writes its rows without them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("petition", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recused", sa.JSON(), nullable=True))
    op.create_table(
        "recusal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("petition_id", sa.String(length=36), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=True),
        sa.Column("account", sa.String(length=120), nullable=True),
        sa.Column("stated_by", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(length=120), nullable=True),
        sa.Column("lifted_because", sa.Text(), nullable=False),
        sa.CheckConstraint("(unit IS NULL) <> (account IS NULL)", name=op.f("ck_recusal_of_one")),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"], name=op.f("fk_recusal_petition_id_petition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusal")),
    )
    op.create_index("ix_recusal_petition_id_lifted_at", "recusal", ["petition_id", "lifted_at"], unique=False)
    op.create_table(
        "heartbeat",
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("beaten_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("part", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "outage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_by", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=120), nullable=True),
        sa.Column("withdrawn_because", sa.Text(), nullable=False),
        sa.CheckConstraint("started_at < ended_at", name=op.f("ck_outage_has_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
    )
    op.create_index("ix_outage_ended_at", "outage", ["ended_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_outage_ended_at", table_name="outage")
    op.drop_table("outage")
    op.drop_table("heartbeat")
    op.drop_index("ix_recusal_petition_id_lifted_at", table_name="recusal")
    op.drop_table("recusal")
    with op.batch_alter_table("petition", schema=None) as batch_op:
        batch_op.drop_column("recused")
