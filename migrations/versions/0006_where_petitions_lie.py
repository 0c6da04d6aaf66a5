"""where petitions lie.

Columns that may be empty and tables of their own: the version before writes its rows without them. Its coordinates
came without a system, so `crs` stays empty for them and nothing is located anew.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "geography_version",
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("counted", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_geography_version")),
    )
    op.create_table(
        "geography_activation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"], ["geography_version.version"], name=op.f("fk_geography_activation_version_geography_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_geography_activation")),
    )
    with op.batch_alter_table("petition", schema=None) as batch_op:
        batch_op.add_column(sa.Column("given_longitude", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("given_latitude", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("crs", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("geography_version", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("located", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("petition", schema=None) as batch_op:
        batch_op.drop_column("located")
        batch_op.drop_column("geography_version")
        batch_op.drop_column("crs")
        batch_op.drop_column("given_latitude")
        batch_op.drop_column("given_longitude")

    op.drop_table("geography_activation")
    op.drop_table("geography_version")
