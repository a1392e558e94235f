"""signals: what the evidence of check-ins adds up to, and what each signal weighs in a branch"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.add_column("branch", sa.Column("signals", JSON, nullable=False, server_default="{}"))
    op.create_table(
        "check_in_signals",
        sa.Column("check_in_id", ID, nullable=False),
        sa.Column("employee_id", ID, nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spot", sa.BigInteger(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("signals", JSON, nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_in.id"], name=op.f("fk_check_in_signals_check_in_id_check_in")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_check_in_signals_employee_id_employee")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_check_in_signals_branch_id_branch")),
        sa.PrimaryKeyConstraint("check_in_id", name=op.f("pk_check_in_signals")),
    )
    op.create_index("ix_check_in_signals_person", "check_in_signals", ["employee_id", "work_date"])
    op.create_index("ix_check_in_signals_spot", "check_in_signals", ["spot", "at"])
    op.create_table(
        "fired_signal",
        sa.Column("check_in_id", ID, nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_in.id"], name=op.f("fk_fired_signal_check_in_id_check_in")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_fired_signal_branch_id_branch")),
        sa.PrimaryKeyConstraint("check_in_id", "code", name=op.f("pk_fired_signal")),
    )
    op.create_index("ix_fired_signal_branch", "fired_signal", ["branch_id", "work_date", "code"])


def downgrade():
    op.drop_table("fired_signal")
    op.drop_table("check_in_signals")
    op.drop_column("branch", "signals")
