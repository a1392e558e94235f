"""phones' limits, consent, who looked, coarse positions"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TRIGGERS = {
    "sqlite": [
        "CREATE TRIGGER consent_no_update BEFORE UPDATE ON consent FOR EACH ROW BEGIN SELECT RAISE(ABORT, "
        "'consent is immutable'); END",
        "CREATE TRIGGER consent_no_delete BEFORE DELETE ON consent FOR EACH ROW BEGIN SELECT RAISE(ABORT, "
        "'consent is immutable'); END",
        "CREATE TRIGGER check_in_only_coarser BEFORE UPDATE ON check_in FOR EACH ROW WHEN (OLD.lat IS NULL) "
        "<> (NEW.lat IS NULL) OR (OLD.lat <> NEW.lat AND (abs(NEW.lat - OLD.lat) > 0.005001 OR abs(NEW.lat * "
        "100 - round(NEW.lat * 100)) > 0.000001)) OR (OLD.lng IS NULL) <> (NEW.lng IS NULL) OR (OLD.lng <> "
        "NEW.lng AND (abs(NEW.lng - OLD.lng) > 0.005001 OR abs(NEW.lng * 100 - round(NEW.lng * 100)) > "
        "0.000001)) BEGIN SELECT RAISE(ABORT, 'a position only gets coarser'); END",
        "CREATE TRIGGER position_view_no_update BEFORE UPDATE ON position_view FOR EACH ROW BEGIN SELECT "
        "RAISE(ABORT, 'position_view is immutable'); END",
        "CREATE TRIGGER position_view_no_delete BEFORE DELETE ON position_view FOR EACH ROW BEGIN SELECT "
        "RAISE(ABORT, 'position_view is immutable'); END",
    ],
    "postgresql": [
        "CREATE TRIGGER consent_no_update BEFORE UPDATE ON consent FOR EACH ROW EXECUTE FUNCTION "
        "onsite_refuse('consent is immutable')",
        "CREATE TRIGGER consent_no_delete BEFORE DELETE ON consent FOR EACH ROW EXECUTE FUNCTION "
        "onsite_refuse('consent is immutable')",
        "CREATE TRIGGER consent_no_truncate BEFORE TRUNCATE ON consent FOR EACH STATEMENT EXECUTE FUNCTION "
        "onsite_refuse('consent is immutable')",
        "CREATE TRIGGER check_in_only_coarser BEFORE UPDATE ON check_in FOR EACH ROW WHEN ((OLD.lat IS NULL) "
        "<> (NEW.lat IS NULL) OR (OLD.lat <> NEW.lat AND (abs(NEW.lat - OLD.lat) > 0.005001 OR abs(NEW.lat * "
        "100 - round(NEW.lat * 100)) > 0.000001)) OR (OLD.lng IS NULL) <> (NEW.lng IS NULL) OR (OLD.lng <> "
        "NEW.lng AND (abs(NEW.lng - OLD.lng) > 0.005001 OR abs(NEW.lng * 100 - round(NEW.lng * 100)) > "
        "0.000001))) EXECUTE FUNCTION onsite_refuse('a position only gets coarser')",
        "CREATE TRIGGER position_view_no_update BEFORE UPDATE ON position_view FOR EACH ROW EXECUTE FUNCTION "
        "onsite_refuse('position_view is immutable')",
        "CREATE TRIGGER position_view_no_delete BEFORE DELETE ON position_view FOR EACH ROW EXECUTE FUNCTION "
        "onsite_refuse('position_view is immutable')",
        "CREATE TRIGGER position_view_no_truncate BEFORE TRUNCATE ON position_view FOR EACH STATEMENT EXECUTE "
        "FUNCTION onsite_refuse('position_view is immutable')",
    ],
}


def upgrade():
    op.add_column("branch", sa.Column("device_limit", sa.Integer(), nullable=False, server_default="2"))
    op.add_column("branch", sa.Column("position_days", sa.Integer(), nullable=False, server_default="90"))
    op.add_column("branch", sa.Column("coarse_through", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("employee", sa.Column("consent_text", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("employee", sa.Column("consent_given", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("site_proposal", sa.Column("coarse_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("device", sa.Column("reason", sa.String(300), nullable=True))
    op.create_table(
        "consent",
        sa.Column("id", ID, nullable=False),
        sa.Column("employee_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_consent_employee_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_employee", "consent", ["employee_id", "id"])
    op.create_table(
        "position_view",
        sa.Column("check_in_id", ID, nullable=False),
        sa.Column("viewer_id", ID, nullable=False),
        sa.Column("viewed_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_in.id"], name=op.f("fk_position_view_check_in_id_check_in")),
        sa.ForeignKeyConstraint(["viewer_id"], ["employee.id"], name=op.f("fk_position_view_viewer_id_employee")),
        sa.PrimaryKeyConstraint("check_in_id", "viewer_id", "viewed_on", name=op.f("pk_position_view")),
    )
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade():
    op.execute("DROP TRIGGER check_in_only_coarser" + (" ON check_in" if op.get_bind().dialect.name != "sqlite" else ""))
    op.drop_table("position_view")
    op.drop_table("consent")
    op.drop_column("device", "reason")
    op.drop_column("site_proposal", "coarse_at")
    for name in ("consent_given", "consent_text"):
        op.drop_column("employee", name)
    for name in ("coarse_through", "position_days", "device_limit"):
        op.drop_column("branch", name)
