"""evidence: time tokens, phones' keys, fence policies, polygons"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade():
    op.add_column("check_in", sa.Column("token_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("check_in", sa.Column("device_key", sa.String(43), nullable=True))
    op.add_column("check_in", sa.Column("signed", sa.Boolean(), nullable=True))
    op.add_column("branch", sa.Column("fence_policy", JSON, nullable=False, server_default="{}"))
    op.add_column("store_type", sa.Column("fence_policy", JSON, nullable=False, server_default="{}"))
    op.add_column("site", sa.Column("polygon", JSON, nullable=True))
    op.create_table(
        "device",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(43), nullable=False),
        sa.Column("label", sa.String(60), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('bound','waiting','refused','removed')", name=op.f("ck_device_state")),
        sa.ForeignKeyConstraint(["decided_by"], ["employee.id"], name=op.f("fk_device_decided_by_employee")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_device_employee_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("employee_id", "key", name=op.f("uq_device_employee_id_key")),
    )
    op.create_index("ix_device_key", "device", ["key"])


def downgrade():
    op.drop_table("device")
    op.drop_column("site", "polygon")
    op.drop_column("store_type", "fence_policy")
    op.drop_column("branch", "fence_policy")
    for name in ("signed", "device_key", "token_at"):
        op.drop_column("check_in", name)
