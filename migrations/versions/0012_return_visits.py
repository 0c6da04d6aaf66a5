"""return visits, with every attempt to reach the petitioner; and whose rating of which completion a rating is.

Tables of their own and columns that may be empty: the version before goes on without them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.add_column(sa.Column("party_id", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("completion_version", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_rating_party_id_petition"), "petition", ["party_id"], ["id"])
    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("petition_id", sa.String(length=36), nullable=False),
        sa.Column("completion_version", sa.Integer(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("policy_version", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Float(), nullable=False),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("risks", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("officer", sa.String(length=40), nullable=False),
        sa.Column("officer_reason", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("satisfaction", sa.String(length=30), nullable=True),
        sa.Column("account_true", sa.Boolean(), nullable=True),
        sa.Column("spot_check", sa.Boolean(), nullable=False),
        sa.Column("contradicts", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"], name=op.f("fk_visit_petition_id_petition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index("ix_visit_status_due_at", "visit", ["status", "due_at"], unique=False)
    op.create_index("ix_visit_officer_status", "visit", ["officer", "status"], unique=False)
    op.create_index("ix_visit_drawn_at", "visit", ["drawn_at"], unique=False)
    op.create_index("ix_visit_petition_id", "visit", ["petition_id"], unique=False)
    op.create_index(
        "uq_visit_one_open",
        "visit",
        ["petition_id"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "visit_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("officer", sa.String(length=40), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_attempt_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_attempt")),
    )
    op.create_index(op.f("ix_visit_attempt_visit_id"), "visit_attempt", ["visit_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_visit_attempt_visit_id"), table_name="visit_attempt")
    op.drop_table("visit_attempt")
    for name in ("one_open", "petition_id", "drawn_at", "officer_status", "status_due_at"):
        op.drop_index(f"{'uq' if name == 'one_open' else 'ix'}_visit_{name}", table_name="visit")
    op.drop_table("visit")
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_rating_party_id_petition"), type_="foreignkey")
        batch_op.drop_column("completion_version")
        batch_op.drop_column("party_id")
