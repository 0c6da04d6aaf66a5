"""trails: the steps of a publication are chained, and say what it was left as.

Nullable columns: the version before writes its steps without them, and those vouch for nothing.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("publication_step", schema=None) as batch_op:
        batch_op.add_column(sa.Column("left_as", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("digest", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("publication_step", schema=None) as batch_op:
        batch_op.drop_column("digest")
        batch_op.drop_column("left_as")
