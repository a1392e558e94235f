"""what people were told is wrong with a device"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade():
    op.add_column("terminal_state", sa.Column("alarms", JSON, nullable=True))


def downgrade():
    op.drop_column("terminal_state", "alarms")
