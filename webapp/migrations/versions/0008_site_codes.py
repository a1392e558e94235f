"""site codes: the secret of each store, screens that show it, codes typed by reps"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
MESSAGE = "code_use is immutable"
TRIGGERS = {
    "sqlite": [
        f"CREATE TRIGGER code_use_no_update BEFORE UPDATE ON code_use FOR EACH ROW BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
        f"CREATE TRIGGER code_use_no_delete BEFORE DELETE ON code_use FOR EACH ROW BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    ],
    "postgresql": [
        f"CREATE TRIGGER code_use_no_update BEFORE UPDATE ON code_use FOR EACH ROW EXECUTE FUNCTION onsite_refuse('{MESSAGE}')",
        f"CREATE TRIGGER code_use_no_delete BEFORE DELETE ON code_use FOR EACH ROW EXECUTE FUNCTION onsite_refuse('{MESSAGE}')",
        f"CREATE TRIGGER code_use_no_truncate BEFORE TRUNCATE ON code_use FOR EACH STATEMENT EXECUTE FUNCTION onsite_refuse('{MESSAGE}')",
    ],
}


def upgrade():
    op.create_table(
        "site_code",
        sa.Column("site_id", ID, nullable=False),
        sa.Column("secret", sa.String(300), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("started_by", ID, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_code_site_id_site")),
        sa.ForeignKeyConstraint(["started_by"], ["employee.id"], name=op.f("fk_site_code_started_by_employee")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_site_code")),
    )
    op.create_table(
        "site_screen",
        sa.Column("id", ID, nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("label", sa.String(40), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("opened_by", ID, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by", ID, nullable=True),
        sa.ForeignKeyConstraint(["closed_by"], ["employee.id"], name=op.f("fk_site_screen_closed_by_employee")),
        sa.ForeignKeyConstraint(["opened_by"], ["employee.id"], name=op.f("fk_site_screen_opened_by_employee")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_screen_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_screen")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_site_screen_token_hash")),
    )
    op.create_index("ix_site_screen_site", "site_screen", ["site_id", "closed_at"])
    _codes_typed()
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def _codes_typed():
    op.create_table(
        "code_use",
        sa.Column("id", ID, nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("employee_id", ID, nullable=False),
        sa.Column("check_in_id", ID, nullable=False),
        sa.Column("typed_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("vouched", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_in.id"], name=op.f("fk_code_use_check_in_id_check_in")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_code_use_employee_id_employee")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_code_use_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_use")),
        sa.UniqueConstraint("employee_id", "site_id", "step", name=op.f("uq_code_use_employee_id_site_id_step")),
    )
    op.create_index("ix_code_use_check_in", "code_use", ["check_in_id"])
    op.create_index("ix_code_use_step", "code_use", ["site_id", "step"])
    op.create_table(
        "code_try",
        sa.Column("id", ID, nullable=False),
        sa.Column("employee_id", ID, nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("check_in_id", ID, nullable=False),
        sa.Column("digits", sa.String(6), nullable=False),
        sa.Column("typed_at", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_in.id"], name=op.f("fk_code_try_check_in_id_check_in")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_code_try_employee_id_employee")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_code_try_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_try")),
        sa.UniqueConstraint("check_in_id", "digits", "typed_at", name=op.f("uq_code_try_check_in_id_digits_typed_at")),
    )
    op.create_index("ix_code_try_recent", "code_try", ["employee_id", "site_id", "at"])


def downgrade():
    for name in ("code_try", "code_use", "site_screen", "site_code"):
        op.drop_table(name)
