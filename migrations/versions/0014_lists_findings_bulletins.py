"""lists, findings, bulletins: what the desk says of striking off, patterns found in conduct, issued bulletins.

A column that may be empty, and tables: the version before writes its rows without them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("petition", schema=None) as batch_op:
        batch_op.add_column(sa.Column("striking_refused", sa.Boolean(), nullable=True))
    op.create_table(
        "finding",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule_version", sa.String(length=80), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("cases", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "standing IN ('raised', 'lapsed', 'confirmed', 'set_aside', 'file_opened')",
            name=op.f("ck_finding_standing"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_index(op.f("ix_finding_kind_subject"), "finding", ["kind", "subject"], unique=False)
    op.create_index(op.f("ix_finding_standing"), "finding", ["standing"], unique=False)
    op.create_index(
        "uq_finding_one_raised",
        "finding",
        ["kind", "subject"],
        unique=True,
        sqlite_where=sa.text("standing = 'raised'"),
        postgresql_where=sa.text("standing = 'raised'"),
    )
    op.create_table(
        "finding_step",
        sa.Column("finding_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("actor_role", sa.String(length=20), nullable=False),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_finding_step_finding_id_finding")),
        sa.PrimaryKeyConstraint("finding_id", "version", name=op.f("pk_finding_step")),
    )
    op.create_table(
        "bulletin",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("standing IN ('draft', 'issued', 'discarded')", name=op.f("ck_bulletin_standing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin")),
        sa.UniqueConstraint("kind", "since", name=op.f("uq_bulletin_kind_since")),
        sa.UniqueConstraint("number", name=op.f("uq_bulletin_number")),
    )
    op.create_table(
        "bulletin_step",
        sa.Column("bulletin_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("actor_role", sa.String(length=20), nullable=False),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletin.id"], name=op.f("fk_bulletin_step_bulletin_id_bulletin")),
        sa.PrimaryKeyConstraint("bulletin_id", "version", name=op.f("pk_bulletin_step")),
    )


def downgrade() -> None:
    op.drop_table("bulletin_step")
    op.drop_table("bulletin")
    op.drop_table("finding_step")
    op.drop_table("finding")
    with op.batch_alter_table("petition", schema=None) as batch_op:
        batch_op.drop_column("striking_refused")
