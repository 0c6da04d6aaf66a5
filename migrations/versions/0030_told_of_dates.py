"""told of dates: when a unit was warned and reminded of what it owes inspectors; files of an exclusion; stuck visits.

Nullable columns: the version before writes its rows without them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0030"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COLUMNS = {
    "inspection": ("answer_warned_at", "answer_reminded_at"),
    "visit": ("stranded_at",),
    "supervision": ("explanation_warned_at", "rectify_warned_at", "rectify_reminded_at"),
}


def upgrade() -> None:
    with op.batch_alter_table("decision_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("files", sa.JSON(), nullable=True))
    for table, columns in COLUMNS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.add_column(sa.Column(column, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("decision_request", schema=None) as batch_op:
        batch_op.drop_column("files")
    for table, columns in COLUMNS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column)
