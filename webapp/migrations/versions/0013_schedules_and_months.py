"""terms of shifts, patterns, swaps, leave requests, stand-ins, closed months, comparing devices day by day"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
LEAVE_TYPES = (
    ("annual", "Annual leave", "年假"),
    ("sick", "Sick leave", "病假"),
    ("personal", "Personal leave", "事假"),
    ("other", "Other leave", "其他假"),
)
NEVER_EDITED = ("leave_grant", "leave_decision", "period_lock")
TRIGGERS = {
    "sqlite": [
        f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} FOR EACH ROW "
        f"BEGIN SELECT RAISE(ABORT, '{table} is immutable'); END"
        for table in NEVER_EDITED
        for event in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} FOR EACH ROW "
        f"EXECUTE FUNCTION onsite_refuse('{table} is immutable')"
        for table in NEVER_EDITED
        for event in ("UPDATE", "DELETE")
    ]
    + [
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
        f"EXECUTE FUNCTION onsite_refuse('{table} is immutable')"
        for table in NEVER_EDITED
    ],
}


def upgrade():
    op.create_table(
        "leave_type",
        sa.Column("id", ID, nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("name_en", sa.String(60), nullable=False),
        sa.Column("name_zh", sa.String(60), nullable=False),
        sa.Column("half_days", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("yearly_halves", sa.Integer(), nullable=True),
        sa.Column("note_needed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("yearly_halves >= 0", name=op.f("ck_leave_type_yearly_halves")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_leave_type_branch_id_branch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave_type")),
        sa.UniqueConstraint("branch_id", "code", name=op.f("uq_leave_type_branch_id_code")),
    )
    op.create_table(
        "roster_pattern",
        sa.Column("id", ID, nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("steps", JSON, nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_roster_pattern_branch_id_branch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_pattern")),
        sa.UniqueConstraint("branch_id", "name", name=op.f("uq_roster_pattern_branch_id_name")),
    )
    op.create_table(
        "delegation",
        sa.Column("id", ID, nullable=False),
        sa.Column("from_id", ID, nullable=False),
        sa.Column("to_id", ID, nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("made_by", ID, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_delegation_two")),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_delegation_span")),
        sa.ForeignKeyConstraint(["from_id"], ["employee.id"], name=op.f("fk_delegation_from_id_employee")),
        sa.ForeignKeyConstraint(["made_by"], ["employee.id"], name=op.f("fk_delegation_made_by_employee")),
        sa.ForeignKeyConstraint(["to_id"], ["employee.id"], name=op.f("fk_delegation_to_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index("ix_delegation_from", "delegation", ["from_id", "last_on"])
    op.create_index("ix_delegation_to", "delegation", ["to_id", "last_on"])

    op.create_table(
        "held_day",
        sa.Column("employee_id", ID, nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_held_day_branch_id_branch")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_held_day_employee_id_employee")),
        sa.PrimaryKeyConstraint("employee_id", "work_date", name=op.f("pk_held_day")),
    )
    op.create_index("ix_held_day_branch", "held_day", ["branch_id", "work_date"])

    op.create_table(
        "leave_grant",
        sa.Column("id", ID, nullable=False),
        sa.Column("employee_id", ID, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("halves", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["employee.id"], name=op.f("fk_leave_grant_by_id_employee")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_leave_grant_employee_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave_grant")),
    )
    op.create_index("ix_leave_grant_person", "leave_grant", ["employee_id", "year"])

    op.create_table(
        "period_lock",
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.CheckConstraint("action in ('closed','reopened')", name=op.f("ck_period_lock_action")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_period_lock_branch_id_branch")),
        sa.ForeignKeyConstraint(["by_id"], ["employee.id"], name=op.f("fk_period_lock_by_id_employee")),
        sa.PrimaryKeyConstraint("branch_id", "month", "seq", name=op.f("pk_period_lock")),
    )
    op.create_table(
        "roster_told",
        sa.Column("employee_id", ID, nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("told", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["employee.id"], name=op.f("fk_roster_told_by_id_employee")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_roster_told_employee_id_employee")),
        sa.PrimaryKeyConstraint("employee_id", "work_date", name=op.f("pk_roster_told")),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner_id", ID, nullable=False),
        sa.Column("page", sa.String(20), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.String(500), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["employee.id"], name=op.f("fk_saved_view_owner_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("owner_id", "page", "name", name=op.f("uq_saved_view_owner_id_page_name")),
    )
    op.create_table(
        "swap_request",
        sa.Column("id", ID, nullable=False),
        sa.Column("client_id", sa.String(36), nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("asker_id", ID, nullable=False),
        sa.Column("other_id", ID, nullable=False),
        sa.Column("asker_on", sa.Date(), nullable=False),
        sa.Column("other_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("seen", JSON, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state in ('asked','accepted','refused','approved','rejected','withdrawn')",
            name=op.f("ck_swap_request_state"),
        ),
        sa.CheckConstraint("asker_id <> other_id", name=op.f("ck_swap_request_two")),
        sa.ForeignKeyConstraint(["asker_id"], ["employee.id"], name=op.f("fk_swap_request_asker_id_employee")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_swap_request_branch_id_branch")),
        sa.ForeignKeyConstraint(["decided_by"], ["employee.id"], name=op.f("fk_swap_request_decided_by_employee")),
        sa.ForeignKeyConstraint(["other_id"], ["employee.id"], name=op.f("fk_swap_request_other_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swap_request")),
        sa.UniqueConstraint("asker_id", "client_id", name=op.f("uq_swap_request_asker_id_client_id")),
    )
    op.create_index("ix_swap_request_asker", "swap_request", ["asker_id", "asker_on"])
    op.create_index("ix_swap_request_other", "swap_request", ["other_id", "state"])
    op.create_index("ix_swap_request_state", "swap_request", ["branch_id", "state", "id"])

    op.create_table(
        "leave_request",
        sa.Column("id", ID, nullable=False),
        sa.Column("client_id", sa.String(36), nullable=False),
        sa.Column("employee_id", ID, nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("starts_half", sa.Boolean(), nullable=False),
        sa.Column("ends_half", sa.Boolean(), nullable=False),
        sa.Column("halves", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("steps", JSON, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("leave_id", ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state in ('open','approved','rejected','withdrawn','cancelled')", name=op.f("ck_leave_request_state")
        ),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_leave_request_span")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_leave_request_branch_id_branch")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_leave_request_employee_id_employee")),
        sa.ForeignKeyConstraint(["leave_id"], ["leave.id"], name=op.f("fk_leave_request_leave_id_leave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave_request")),
        sa.UniqueConstraint("employee_id", "client_id", name=op.f("uq_leave_request_employee_id_client_id")),
    )
    op.create_index("ix_leave_request_person", "leave_request", ["employee_id", "first_on"])
    op.create_index("ix_leave_request_state", "leave_request", ["branch_id", "state", "id"])

    op.create_table(
        "terminal_day",
        sa.Column("terminal_id", ID, nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("ours", sa.Integer(), nullable=False),
        sa.Column("theirs", sa.Integer(), nullable=True),
        sa.Column("settled", sa.Integer(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("compared_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_terminal_day_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("terminal_id", "on_date", name=op.f("pk_terminal_day")),
    )
    op.create_table(
        "exception_photo",
        sa.Column("exception_id", ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("deleted_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["exception_id"],
            ["attendance_exception.id"],
            name=op.f("fk_exception_photo_exception_id_attendance_exception"),
        ),
        sa.PrimaryKeyConstraint("exception_id", "seq", name=op.f("pk_exception_photo")),
    )
    op.create_table(
        "leave_decision",
        sa.Column("request_id", ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(10), nullable=False),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("standing_for_id", ID, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["employee.id"], name=op.f("fk_leave_decision_by_id_employee")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["leave_request.id"], name=op.f("fk_leave_decision_request_id_leave_request")
        ),
        sa.ForeignKeyConstraint(
            ["standing_for_id"], ["employee.id"], name=op.f("fk_leave_decision_standing_for_id_employee")
        ),
        sa.PrimaryKeyConstraint("request_id", "seq", name=op.f("pk_leave_decision")),
    )
    op.add_column("attendance_day", sa.Column("worked_minutes", sa.Integer(), server_default="0", nullable=False))
    op.add_column("attendance_day", sa.Column("terms", sa.String(500), server_default="", nullable=False))
    op.add_column("attendance_day", sa.Column("doubt", sa.String(20), server_default="", nullable=False))

    op.add_column("branch", sa.Column("attendance", JSON, server_default="{}", nullable=False))
    op.add_column("branch", sa.Column("leave_policy", JSON, server_default="{}", nullable=False))

    op.add_column("earlier_times", sa.Column("terms", JSON, server_default="{}", nullable=False))

    op.add_column("leave", sa.Column("starts_half", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("leave", sa.Column("ends_half", sa.Boolean(), server_default=sa.false(), nullable=False))

    op.add_column("shift", sa.Column("terms", JSON, server_default="{}", nullable=False))

    op.add_column("store_type", sa.Column("terms", JSON, server_default="{}", nullable=False))
    _leave_types()
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def _leave_types():
    """Every branch gets the kinds of leave it could record so far."""
    for position, (code, name_en, name_zh) in enumerate(LEAVE_TYPES):
        op.execute(
            sa.text(
                "INSERT INTO leave_type (branch_id, code, name_en, name_zh, half_days, note_needed, position, version) "
                "SELECT id, :code, :name_en, :name_zh, :yes, :no, :position, 1 FROM branch"
            ).bindparams(code=code, name_en=name_en, name_zh=name_zh, yes=True, no=False, position=position)
        )


def downgrade():
    op.drop_column("store_type", "terms")
    op.drop_column("shift", "terms")
    op.drop_column("leave", "ends_half")
    op.drop_column("leave", "starts_half")
    op.drop_column("earlier_times", "terms")
    op.drop_column("branch", "leave_policy")
    op.drop_column("branch", "attendance")
    op.drop_column("attendance_day", "doubt")
    op.drop_column("attendance_day", "terms")
    op.drop_column("attendance_day", "worked_minutes")
    for table in (
        "leave_decision",
        "exception_photo",
        "terminal_day",
        "leave_request",
        "leave_type",
        "roster_pattern",
        "delegation",
        "held_day",
        "leave_grant",
        "period_lock",
        "roster_told",
        "saved_view",
        "swap_request",
    ):
        op.drop_table(table)
