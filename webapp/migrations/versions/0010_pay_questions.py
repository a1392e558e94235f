"""questions about payslip lines and their answers"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
LIVE = sa.text("state <> 'withdrawn'")
SEALED = "payslip_answer is immutable"
SAME = "what was asked stays as it was"
CHANGED = (
    "OLD.payslip_id <> NEW.payslip_id OR OLD.line <> NEW.line OR OLD.employee_id <> NEW.employee_id "
    "OR OLD.category <> NEW.category OR OLD.note <> NEW.note OR OLD.client_id <> NEW.client_id "
    "OR OLD.expected <> NEW.expected OR (OLD.expected IS NULL) <> (NEW.expected IS NULL)"
)
TRIGGERS = {
    "sqlite": [
        f"CREATE TRIGGER payslip_answer_no_update BEFORE UPDATE ON payslip_answer FOR EACH ROW BEGIN SELECT RAISE(ABORT, '{SEALED}'); END",
        f"CREATE TRIGGER payslip_answer_no_delete BEFORE DELETE ON payslip_answer FOR EACH ROW BEGIN SELECT RAISE(ABORT, '{SEALED}'); END",
        f"CREATE TRIGGER payslip_question_same_question BEFORE UPDATE ON payslip_question FOR EACH ROW WHEN {CHANGED} BEGIN SELECT RAISE(ABORT, '{SAME}'); END",
    ],
    "postgresql": [
        f"CREATE TRIGGER payslip_answer_no_update BEFORE UPDATE ON payslip_answer FOR EACH ROW EXECUTE FUNCTION onsite_refuse('{SEALED}')",
        f"CREATE TRIGGER payslip_answer_no_delete BEFORE DELETE ON payslip_answer FOR EACH ROW EXECUTE FUNCTION onsite_refuse('{SEALED}')",
        f"CREATE TRIGGER payslip_answer_no_truncate BEFORE TRUNCATE ON payslip_answer FOR EACH STATEMENT EXECUTE FUNCTION onsite_refuse('{SEALED}')",
        f"CREATE TRIGGER payslip_question_same_question BEFORE UPDATE ON payslip_question FOR EACH ROW WHEN ({CHANGED}) EXECUTE FUNCTION onsite_refuse('{SAME}')",
    ],
}


def upgrade():
    op.create_table(
        "payslip_question",
        sa.Column("id", ID, nullable=False),
        sa.Column("payslip_id", ID, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("employee_id", ID, nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("category", sa.String(12), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("client_id", sa.String(36), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("state_at", MOMENT, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "category in ('days','reward','deduction','base','other')", name=op.f("ck_payslip_question_category")
        ),
        sa.CheckConstraint("state in ('open','answered','withdrawn')", name=op.f("ck_payslip_question_state")),
        sa.ForeignKeyConstraint(["payslip_id"], ["payslip.id"], name=op.f("fk_payslip_question_payslip_id_payslip")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_payslip_question_employee_id_employee")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_payslip_question_branch_id_branch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payslip_question")),
        sa.UniqueConstraint("employee_id", "client_id", name=op.f("uq_payslip_question_employee_id_client_id")),
    )
    op.create_index("ix_payslip_question_slip", "payslip_question", ["payslip_id", "line", "id"])
    op.create_index(
        "ux_payslip_question_live", "payslip_question", ["payslip_id", "line"],
        unique=True, sqlite_where=LIVE, postgresql_where=LIVE,
    )  # fmt: skip
    op.create_index("ix_payslip_question_due", "payslip_question", ["branch_id", "state", "due_on", "id"])
    _answers()
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def _answers():
    op.create_table(
        "payslip_answer",
        sa.Column("id", ID, nullable=False),
        sa.Column("question_id", ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("client_id", sa.String(36), nullable=False),
        sa.CheckConstraint("outcome in ('explained','to_correct','again')", name=op.f("ck_payslip_answer_outcome")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["payslip_question.id"], name=op.f("fk_payslip_answer_question_id_payslip_question")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["employee.id"], name=op.f("fk_payslip_answer_by_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payslip_answer")),
        sa.UniqueConstraint("question_id", "seq", name=op.f("uq_payslip_answer_question_id_seq")),
        sa.UniqueConstraint("question_id", "client_id", name=op.f("uq_payslip_answer_question_id_client_id")),
    )


def downgrade():
    op.drop_table("payslip_answer")
    op.drop_table("payslip_question")
