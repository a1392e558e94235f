"""stores that are in no list, proposed by reps"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
TRIGGERS = {
    "sqlite": [
        "CREATE TRIGGER new_site_proposal_said BEFORE UPDATE ON new_site_proposal FOR EACH ROW WHEN OLD.id <> "
        "NEW.id OR OLD.employee_id <> NEW.employee_id OR OLD.branch_id <> NEW.branch_id OR OLD.client_id <> "
        "NEW.client_id OR OLD.fingerprint <> NEW.fingerprint OR OLD.name <> NEW.name OR OLD.note <> NEW.note OR "
        "OLD.proposed_at <> NEW.proposed_at BEGIN SELECT RAISE(ABORT, 'new_site_proposal is what somebody said'); "
        "END",
        "CREATE TRIGGER new_site_proposal_only_coarser BEFORE UPDATE ON new_site_proposal FOR EACH ROW WHEN "
        "(OLD.lat IS NULL) <> (NEW.lat IS NULL) OR (OLD.lat <> NEW.lat AND (abs(NEW.lat - OLD.lat) > 0.005001 OR "
        "abs(NEW.lat * 100 - round(NEW.lat * 100)) > 0.000001)) OR (OLD.lng IS NULL) <> (NEW.lng IS NULL) OR "
        "(OLD.lng <> NEW.lng AND (abs(NEW.lng - OLD.lng) > 0.005001 OR abs(NEW.lng * 100 - round(NEW.lng * 100)) >"
        " 0.000001)) BEGIN SELECT RAISE(ABORT, 'a position only gets coarser'); END",
        "CREATE TRIGGER new_site_proposal_decided_once BEFORE UPDATE ON new_site_proposal FOR EACH ROW WHEN "
        "OLD.state <> 'open' AND (OLD.state <> NEW.state OR OLD.decided_by <> NEW.decided_by) BEGIN SELECT "
        "RAISE(ABORT, 'new_site_proposal is decided'); END",
        "CREATE TRIGGER new_site_proposal_no_delete BEFORE DELETE ON new_site_proposal FOR EACH ROW WHEN 1 = 1 "
        "BEGIN SELECT RAISE(ABORT, 'new_site_proposal is what somebody said'); END",
    ],
    "postgresql": [
        "CREATE TRIGGER new_site_proposal_said BEFORE UPDATE ON new_site_proposal FOR EACH ROW WHEN (OLD.id <> "
        "NEW.id OR OLD.employee_id <> NEW.employee_id OR OLD.branch_id <> NEW.branch_id OR OLD.client_id <> "
        "NEW.client_id OR OLD.fingerprint <> NEW.fingerprint OR OLD.name <> NEW.name OR OLD.note <> NEW.note OR "
        "OLD.proposed_at <> NEW.proposed_at) EXECUTE FUNCTION onsite_refuse('new_site_proposal is what somebody "
        "said')",
        "CREATE TRIGGER new_site_proposal_only_coarser BEFORE UPDATE ON new_site_proposal FOR EACH ROW WHEN "
        "((OLD.lat IS NULL) <> (NEW.lat IS NULL) OR (OLD.lat <> NEW.lat AND (abs(NEW.lat - OLD.lat) > 0.005001 OR "
        "abs(NEW.lat * 100 - round(NEW.lat * 100)) > 0.000001)) OR (OLD.lng IS NULL) <> (NEW.lng IS NULL) OR "
        "(OLD.lng <> NEW.lng AND (abs(NEW.lng - OLD.lng) > 0.005001 OR abs(NEW.lng * 100 - round(NEW.lng * 100)) >"
        " 0.000001))) EXECUTE FUNCTION onsite_refuse('a position only gets coarser')",
        "CREATE TRIGGER new_site_proposal_decided_once BEFORE UPDATE ON new_site_proposal FOR EACH ROW WHEN "
        "(OLD.state <> 'open' AND (OLD.state <> NEW.state OR OLD.decided_by <> NEW.decided_by)) EXECUTE FUNCTION "
        "onsite_refuse('new_site_proposal is decided')",
        "CREATE TRIGGER new_site_proposal_no_delete BEFORE DELETE ON new_site_proposal FOR EACH ROW WHEN (1 = 1) "
        "EXECUTE FUNCTION onsite_refuse('new_site_proposal is what somebody said')",
    ],
}


def upgrade():
    op.create_table(
        "new_site_proposal",
        sa.Column("id", ID, nullable=False),
        sa.Column("employee_id", ID, nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("client_id", sa.String(36), nullable=False),
        sa.Column("fingerprint", sa.String(32), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("lat", sa.Float(53), nullable=True),
        sa.Column("lng", sa.Float(53), nullable=True),
        sa.Column("accuracy_m", sa.Float(53), nullable=True),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("checked_by", ID, nullable=True),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("word", sa.String(300), nullable=True),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("reason", sa.String(300), nullable=True),
        sa.Column("site_id", ID, nullable=True),
        sa.Column("coarse_at", MOMENT, nullable=True),
        *_rules(),
    )
    op.create_index("ix_new_site_proposal_state", "new_site_proposal", ["branch_id", "state", "id"])
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def _rules():
    checks = {
        "state": "state in ('open','added','known','rejected')",
        "position": "(lat is null) = (lng is null)",
        "range": "lat between -90 and 90 and lng between -180 and 180",
        "site": "(state in ('added','known')) = (site_id is not null)",
        "decided": "(state = 'open') = (decided_at is null)",
    }
    people = ("checked_by", "decided_by", "employee_id")
    keys = [(name, "employee") for name in people] + [("branch_id", "branch"), ("site_id", "site")]
    return (
        *(sa.CheckConstraint(text, name=op.f(f"ck_new_site_proposal_{name}")) for name, text in checks.items()),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_new_site_proposal_{name}_{table}"))
            for name, table in keys
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_new_site_proposal")),
        sa.UniqueConstraint("employee_id", "client_id", name=op.f("uq_new_site_proposal_employee_id_client_id")),
    )


def downgrade():
    op.drop_table("new_site_proposal")
