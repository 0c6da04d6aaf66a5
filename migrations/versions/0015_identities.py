"""identities: sealed, with a log of who read them; what each step covers; anchors of the whole ledger; holds.

Columns that may be empty, tables and indexes: the version before writes its rows without them, and finds the identities
of sealed rows empty, as of anonymous ones.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("petitioner", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("key_id", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("person", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("reads", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_petitioner_key_id"), "petitioner", ["key_id"], unique=False)
    op.create_index(op.f("ix_petitioner_person"), "petitioner", ["person"], unique=False)
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.add_column(sa.Column("covers", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("seal", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_history_at"), "history", ["at"], unique=False)
    op.create_table(
        "identity_read",
        sa.Column("petition_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reader_role", sa.String(length=20), nullable=False),
        sa.Column("reader_unit", sa.String(length=60), nullable=True),
        sa.Column("reader_name", sa.String(length=120), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"], name=op.f("fk_identity_read_petition_id_petition")),
        sa.PrimaryKeyConstraint("petition_id", "number", name=op.f("pk_identity_read")),
    )
    op.create_index(op.f("ix_identity_read_at"), "identity_read", ["at"], unique=False)
    op.create_index(
        op.f("ix_identity_read_reader"),
        "identity_read",
        ["reader_role", "reader_unit", "reader_name", "at"],
        unique=False,
    )
    op.create_table(
        "audit_anchor",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes", sa.Boolean(), nullable=False),
        sa.Column("heads", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_anchor")),
    )
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("petition_id", sa.String(length=36), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_by", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(length=120), nullable=True),
        sa.Column("lifted_because", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["petition_id"], ["petition.id"], name=op.f("fk_legal_hold_petition_id_petition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(op.f("ix_legal_hold_petition_id"), "legal_hold", ["petition_id"], unique=False)
    op.create_index(
        "uq_legal_hold_one_open",
        "legal_hold",
        ["petition_id"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )


def downgrade() -> None:
    for table in ("legal_hold", "audit_anchor", "identity_read"):
        op.drop_table(table)
    op.drop_index(op.f("ix_history_at"), table_name="history")
    with op.batch_alter_table("history", schema=None) as batch_op:
        for column in ("seal", "covers"):
            batch_op.drop_column(column)
    op.drop_index(op.f("ix_petitioner_person"), table_name="petitioner")
    op.drop_index(op.f("ix_petitioner_key_id"), table_name="petitioner")
    with op.batch_alter_table("petitioner", schema=None) as batch_op:
        for column in ("erased_at", "reads", "person", "key_id", "sealed"):
            batch_op.drop_column(column)
