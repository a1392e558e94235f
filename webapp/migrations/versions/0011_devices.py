"""attendance devices: registry, requests, raw punches, whose ids they are, punches of people"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
REWRITTEN = {
    "device_request": "OLD.sha256 <> NEW.sha256 OR OLD.terminal_id <> NEW.terminal_id OR OLD.received_at <> NEW.received_at "
    "OR (OLD.body <> NEW.body AND length(NEW.body) > 0)",
    "raw_punch": "OLD.terminal_id <> NEW.terminal_id OR OLD.pin <> NEW.pin OR OLD.device_time <> NEW.device_time "
    "OR OLD.line <> NEW.line OR OLD.received_at <> NEW.received_at",
}
DECIDED, PUNCHES = "held_decision is immutable", "raw_punch is evidence"
TRIGGERS = {
    "sqlite": [
        *(
            f"CREATE TRIGGER {table}_no_rewriting BEFORE UPDATE ON {table} FOR EACH ROW WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is evidence'); END"
            for table, when in REWRITTEN.items()
        ),
        f"CREATE TRIGGER raw_punch_no_delete BEFORE DELETE ON raw_punch FOR EACH ROW WHEN 1 = 1 BEGIN SELECT RAISE(ABORT, '{PUNCHES}'); END",
        f"CREATE TRIGGER held_decision_no_update BEFORE UPDATE ON held_decision FOR EACH ROW BEGIN SELECT RAISE(ABORT, '{DECIDED}'); END",
        f"CREATE TRIGGER held_decision_no_delete BEFORE DELETE ON held_decision FOR EACH ROW BEGIN SELECT RAISE(ABORT, '{DECIDED}'); END",
    ],
    "postgresql": [
        *(
            f"CREATE TRIGGER {table}_no_rewriting BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({when}) "
            f"EXECUTE FUNCTION onsite_refuse('{table} is evidence')"
            for table, when in REWRITTEN.items()
        ),
        f"CREATE TRIGGER raw_punch_no_delete BEFORE DELETE ON raw_punch FOR EACH ROW WHEN (1 = 1) EXECUTE FUNCTION onsite_refuse('{PUNCHES}')",
        f"CREATE TRIGGER held_decision_no_update BEFORE UPDATE ON held_decision FOR EACH ROW EXECUTE FUNCTION onsite_refuse('{DECIDED}')",
        f"CREATE TRIGGER held_decision_no_delete BEFORE DELETE ON held_decision FOR EACH ROW EXECUTE FUNCTION onsite_refuse('{DECIDED}')",
        f"CREATE TRIGGER held_decision_no_truncate BEFORE TRUNCATE ON held_decision FOR EACH STATEMENT EXECUTE FUNCTION onsite_refuse('{DECIDED}')",
    ],
}


def upgrade():
    op.create_table(
        "unknown_serial",
        sa.Column("serial", sa.String(32), nullable=False),
        sa.Column("branch_id", ID, nullable=True),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("ip", sa.String(45), nullable=True),
        sa.Column("told", JSON, nullable=True),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_unknown_serial_branch_id_branch")),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_unknown_serial")),
    )
    op.create_index("ix_unknown_serial_waiting", "unknown_serial", ["branch_id", "seen_at"])
    op.create_table(
        "device_heard",
        sa.Column("terminal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("through", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_device_heard_site_id_site")),
        sa.PrimaryKeyConstraint("terminal_id", "site_id", name=op.f("pk_device_heard")),
    )
    op.create_index("ix_device_heard_site", "device_heard", ["site_id"])
    op.create_table(
        "pairing_window",
        sa.Column("id", ID, nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("opened_by", ID, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_pairing_window_branch_id_branch")),
        sa.ForeignKeyConstraint(["opened_by"], ["employee.id"], name=op.f("fk_pairing_window_opened_by_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_window")),
    )
    op.create_index("ix_pairing_window_until", "pairing_window", ["until"])
    op.create_table(
        "punch",
        sa.Column("id", ID, nullable=False),
        sa.Column("raw_id", sa.BigInteger(), nullable=False),
        sa.Column("terminal_id", sa.BigInteger(), nullable=False),
        sa.Column("employee_id", ID, nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("site_id", ID, nullable=True),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("key", sa.String(3), nullable=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("repeat_of", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.CheckConstraint("state in ('counted','repeat','ignored')", name=op.f("ck_punch_state")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_punch_branch_id_branch")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_punch_employee_id_employee")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_punch_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_punch")),
        sa.UniqueConstraint("raw_id", name=op.f("uq_punch_raw_id")),
    )
    op.create_index("ix_punch_day", "punch", ["employee_id", "work_date", "at"])
    op.create_index("ix_punch_person", "punch", ["employee_id", "at"])
    op.create_table(
        "terminal",
        sa.Column("id", ID, nullable=False),
        sa.Column("serial", sa.String(32), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("timezone", sa.String(40), nullable=False),
        sa.Column("tz_form", sa.String(8), nullable=False),
        sa.Column("host", sa.String(200), nullable=True),
        sa.Column("port", sa.Integer(), nullable=True),
        sa.Column("secret", sa.String(300), nullable=True),
        sa.Column("comm_key_hash", sa.String(64), nullable=True),
        sa.Column("networks", JSON, nullable=True),
        sa.Column("trusts_keys", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("layout", sa.Integer(), nullable=True),
        sa.Column("file_options", JSON, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state in ('active','paused','retired')", name=op.f("ck_terminal_state")),
        sa.CheckConstraint("tz_form in ('auto','hours','minutes','hhmm')", name=op.f("ck_terminal_tz_form")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_terminal_branch_id_branch")),
        sa.ForeignKeyConstraint(["created_by"], ["employee.id"], name=op.f("fk_terminal_created_by_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terminal")),
        sa.UniqueConstraint("serial", name=op.f("uq_terminal_serial")),
    )
    op.create_index("ix_terminal_branch", "terminal", ["branch_id", "state", "name"])
    op.create_table(
        "device_command",
        sa.Column("id", ID, nullable=False),
        sa.Column("terminal_id", ID, nullable=False),
        sa.Column("verb", sa.String(20), nullable=False),
        sa.Column("params", JSON, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("sends", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("returned", sa.Integer(), nullable=True),
        sa.Column("answer", JSON, nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["employee.id"], name=op.f("fk_device_command_created_by_employee")),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_device_command_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_command")),
    )
    op.create_index(
        "ix_device_command_open",
        "device_command",
        ["terminal_id", "id"],
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index("ix_device_command_recent", "device_command", ["terminal_id", "created_at"])
    op.create_table(
        "device_event",
        sa.Column("id", ID, nullable=False),
        sa.Column("terminal_id", ID, nullable=False),
        sa.Column("device_time", sa.String(19), nullable=False),
        sa.Column("at", MOMENT, nullable=True),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("detail", sa.String(120), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_device_event_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_event")),
        sa.UniqueConstraint(
            "terminal_id",
            "device_time",
            "code",
            "detail",
            name=op.f("uq_device_event_terminal_id_device_time_code_detail"),
        ),
    )
    op.create_table(
        "device_request",
        sa.Column("id", ID, nullable=False),
        sa.Column("terminal_id", ID, nullable=False),
        sa.Column("source", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("params", JSON, nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("ip", sa.String(45), nullable=True),
        sa.Column("zone", sa.String(40), nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("parser", sa.Integer(), nullable=True),
        sa.Column("lines", sa.Integer(), nullable=True),
        sa.Column("new", sa.Integer(), nullable=True),
        sa.Column("bad", sa.Integer(), nullable=True),
        sa.Column("skipped", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_device_request_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_request")),
        sa.UniqueConstraint("terminal_id", "kind", "sha256", name=op.f("uq_device_request_terminal_id_kind_sha256")),
    )
    op.create_index("ix_device_request_recent", "device_request", ["terminal_id", "received_at"])
    op.create_index(
        "ix_device_request_unread",
        "device_request",
        ["id"],
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "pin_holder",
        sa.Column("id", ID, nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("terminal_id", ID, nullable=True),
        sa.Column("pin", sa.String(24), nullable=False),
        sa.Column("employee_id", ID, nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", ID, nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.CheckConstraint("last_on is null or last_on >= first_on", name=op.f("ck_pin_holder_span")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_pin_holder_branch_id_branch")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_pin_holder_employee_id_employee")),
        sa.ForeignKeyConstraint(["recorded_by"], ["employee.id"], name=op.f("fk_pin_holder_recorded_by_employee")),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_pin_holder_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin_holder")),
    )
    op.create_index("ix_pin_holder_employee", "pin_holder", ["employee_id", "first_on"])
    op.create_index("ix_pin_holder_pin", "pin_holder", ["branch_id", "pin", "first_on"])
    op.create_table(
        "terminal_site",
        sa.Column("terminal_id", ID, nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_terminal_site_site_id_site")),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_terminal_site_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("terminal_id", "site_id", name=op.f("pk_terminal_site")),
    )
    op.create_index("ix_terminal_site_site", "terminal_site", ["site_id"])
    op.create_table(
        "terminal_state",
        sa.Column("terminal_id", ID, nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=True),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.Column("punched_at", MOMENT, nullable=True),
        sa.Column("received_at", MOMENT, nullable=True),
        sa.Column("heard_through", MOMENT, nullable=True),
        sa.Column("ip", sa.String(45), nullable=True),
        sa.Column("earlier_ip", sa.String(45), nullable=True),
        sa.Column("ip_changed_at", MOMENT, nullable=True),
        sa.Column("stamps", JSON, nullable=True),
        sa.Column("send_again", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("device_count", sa.Integer(), nullable=True),
        sa.Column("counted_at", MOMENT, nullable=True),
        sa.Column("skew_s", sa.Integer(), nullable=True),
        sa.Column("skew_at", MOMENT, nullable=True),
        sa.Column("info", JSON, nullable=True),
        sa.Column("last_error", sa.String(60), nullable=True),
        sa.Column("last_error_at", MOMENT, nullable=True),
        sa.Column("silent_told_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_terminal_state_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("terminal_id", name=op.f("pk_terminal_state")),
    )
    op.create_table(
        "bad_line",
        sa.Column("id", ID, nullable=False),
        sa.Column("terminal_id", ID, nullable=False),
        sa.Column("request_id", ID, nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(30), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["device_request.id"], name=op.f("fk_bad_line_request_id_device_request")
        ),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_bad_line_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bad_line")),
        sa.UniqueConstraint("request_id", "n", name=op.f("uq_bad_line_request_id_n")),
    )
    op.create_index("ix_bad_line_terminal", "bad_line", ["terminal_id", "id"])
    op.create_table(
        "raw_punch",
        sa.Column("id", ID, nullable=False),
        sa.Column("terminal_id", ID, nullable=False),
        sa.Column("pin", sa.String(24), nullable=False),
        sa.Column("device_time", sa.String(19), nullable=False),
        sa.Column("zone", sa.String(40), nullable=False),
        sa.Column("at", MOMENT, nullable=True),
        sa.Column("status", sa.String(8), nullable=True),
        sa.Column("verify", sa.String(8), nullable=True),
        sa.Column("work_code", sa.String(24), nullable=True),
        sa.Column("line", sa.String(300), nullable=False),
        sa.Column("source", sa.String(8), nullable=False),
        sa.Column("request_id", ID, nullable=True),
        sa.Column("vendor_key", sa.String(40), nullable=True),
        sa.Column("live", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("quality", sa.String(10), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.CheckConstraint("state in ('new','mapped','unmapped','held')", name=op.f("ck_raw_punch_state")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["device_request.id"], name=op.f("fk_raw_punch_request_id_device_request")
        ),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_raw_punch_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raw_punch")),
        sa.UniqueConstraint("terminal_id", "pin", "device_time", name=op.f("uq_raw_punch_terminal_id_pin_device_time")),
    )
    op.create_index("ix_raw_punch_arrival", "raw_punch", ["terminal_id", "id"])
    op.create_index(
        "ix_raw_punch_new",
        "raw_punch",
        ["terminal_id", "id"],
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_index("ix_raw_punch_time", "raw_punch", ["terminal_id", "device_time"])
    op.create_index(
        "ix_raw_punch_waiting",
        "raw_punch",
        ["terminal_id", "state", "pin"],
        sqlite_where=sa.text("state in ('unmapped','held')"),
        postgresql_where=sa.text("state in ('unmapped','held')"),
    )
    op.create_table(
        "held_decision",
        sa.Column("raw_punch_id", ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(8), nullable=False),
        sa.Column("granted_at", MOMENT, nullable=True),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["employee.id"], name=op.f("fk_held_decision_by_id_employee")),
        sa.ForeignKeyConstraint(
            ["raw_punch_id"], ["raw_punch.id"], name=op.f("fk_held_decision_raw_punch_id_raw_punch")
        ),
        sa.PrimaryKeyConstraint("raw_punch_id", "seq", name=op.f("pk_held_decision")),
    )
    op.add_column("attendance_day", sa.Column("sources", sa.String(40), server_default="", nullable=False))
    op.create_index(
        "ix_attendance_day_unheard",
        "attendance_day",
        ["branch_id", "work_date"],
        sqlite_where=sa.text("status = 'unheard'"),
        postgresql_where=sa.text("status = 'unheard'"),
    )
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade():
    op.drop_index("ix_attendance_day_unheard", "attendance_day")
    with op.batch_alter_table("attendance_day") as batch_op:
        batch_op.drop_column("sources")
    for name in (
        "held_decision",
        "raw_punch",
        "bad_line",
        "terminal_state",
        "terminal_site",
        "pin_holder",
        "device_request",
        "device_event",
        "device_command",
        "terminal",
        "punch",
        "pairing_window",
        "device_heard",
        "unknown_serial",
    ):
        op.drop_table(name)
