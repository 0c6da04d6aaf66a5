"""administration: who an account is at the identity provider, sign-ins, use of keys, acts of administration, policies.

Tables and columns that may stay empty: the version before writes its rows without them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("account") as batch:
        batch.add_column(sa.Column("login", sa.String(length=120), nullable=True))
        batch.add_column(sa.Column("subject", sa.String(length=64), nullable=True))
        batch.add_column(sa.Column("from_directory", sa.Boolean(), nullable=True))
        batch.create_unique_constraint(op.f("uq_account_login"), ["login"])
        batch.create_unique_constraint(op.f("uq_account_subject"), ["subject"])
    with op.batch_alter_table("web_session") as batch:
        batch.add_column(sa.Column("way", sa.String(length=10), nullable=True))
    with op.batch_alter_table("api_key") as batch:
        batch.add_column(sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "sign_in_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("login", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_event_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_event")),
    )
    op.create_index("ix_sign_in_event_account_id", "sign_in_event", ["account_id"])
    op.create_index("ix_sign_in_event_at", "sign_in_event", ["at"])
    op.create_table(
        "provider_visit",
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("verifier", sa.String(length=128), nullable=False),
        sa.Column("to", sa.String(length=500), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state", name=op.f("pk_provider_visit")),
    )
    op.create_index("ix_provider_visit_began_at", "provider_visit", ["began_at"])
    op.create_table(
        "administration_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_administration_act")),
    )
    op.create_index("ix_administration_act_at", "administration_act", ["at"])
    op.create_table(
        "policy_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("before", sa.String(length=80), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=120), nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_change")),
    )
    op.create_index("ix_policy_change_standing", "policy_change", ["standing"])
    op.create_table(
        "policy_file",
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", "name", name=op.f("pk_policy_file")),
    )


def downgrade() -> None:
    for table in ("policy_file", "policy_change", "administration_act", "provider_visit", "sign_in_event"):
        op.drop_table(table)
    with op.batch_alter_table("api_key") as batch:
        batch.drop_column("last_used_at")
    with op.batch_alter_table("web_session") as batch:
        batch.drop_column("way")
    with op.batch_alter_table("account") as batch:
        batch.drop_constraint(op.f("uq_account_subject"), type_="unique")
        batch.drop_constraint(op.f("uq_account_login"), type_="unique")
        for column in ("from_directory", "subject", "login"):
            batch.drop_column(column)
