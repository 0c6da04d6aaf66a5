"""inspections: the party-committee inspectors' files and visits, and what a disposition asks for afterwards.

Tables of their own and columns that may be empty: the version before writes its rows without them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("petition", schema=None) as batch_op:
        batch_op.add_column(sa.Column("inspected", sa.JSON(), nullable=True))
    with op.batch_alter_table("supervision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ground", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("rectify_due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("rectify_checked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("rectify_done", sa.Boolean(), nullable=True))
    op.create_table(
        "inspection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("petition_id", sa.String(length=36), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(length=120), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=120), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"], name=op.f("fk_inspection_petition_id_petition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
    )
    op.create_index(op.f("ix_inspection_petition_id"), "inspection", ["petition_id"], unique=False)
    op.create_index(op.f("ix_inspection_unit"), "inspection", ["unit"], unique=False)
    op.create_index(
        "uq_inspection_one_open",
        "inspection",
        ["petition_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "site_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("visited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_site_visit_inspection_id_inspection")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_visit")),
    )
    op.create_index(op.f("ix_site_visit_inspection_id"), "site_visit", ["inspection_id"], unique=False)


def downgrade() -> None:
    op.drop_table("site_visit")
    op.drop_table("inspection")
    with op.batch_alter_table("supervision", schema=None) as batch_op:
        for column in ("rectify_done", "rectify_checked_at", "rectify_due_at", "ground"):
            batch_op.drop_column(column)
    with op.batch_alter_table("petition", schema=None) as batch_op:
        batch_op.drop_column("inspected")
