"""attachments: files that are stored with a petition, what completions are flagged for, and how requests were decided.

A table of its own and columns that may be empty: the version before goes on without them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("petition_id", sa.String(length=36), nullable=False),
        sa.Column("party_id", sa.String(length=36), nullable=True),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kept_sha256", sa.String(length=64), nullable=False),
        sa.Column("thumbnail_sha256", sa.String(length=64), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("likeness", sa.String(length=16), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_role", sa.String(length=20), nullable=False),
        sa.Column("added_unit", sa.String(length=60), nullable=True),
        sa.Column("added_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["petition.id"], name=op.f("fk_attachment_party_id_petition")),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"], name=op.f("fk_attachment_petition_id_petition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_petition_id"), ["petition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_kept_sha256"), ["kept_sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_thumbnail_sha256"), ["thumbnail_sha256"], unique=False)
        batch_op.create_index("ix_attachment_added_unit_added_at", ["added_unit", "added_at"], unique=False)
    with op.batch_alter_table("decision_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("basis_duty", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("list_says", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("reason_code", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("decided_reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("default_rule", sa.String(length=80), nullable=True))
    with op.batch_alter_table("completion", schema=None) as batch_op:
        batch_op.add_column(sa.Column("flags", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("completion", schema=None) as batch_op:
        batch_op.drop_column("flags")
    with op.batch_alter_table("decision_request", schema=None) as batch_op:
        for column in ("default_rule", "decided_reason", "reason_code", "list_says", "basis_duty"):
            batch_op.drop_column(column)
    op.drop_table("attachment")
