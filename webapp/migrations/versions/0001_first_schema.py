"""first schema"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# What may never happen to a row, word for word as it was when this migration was made.
TRIGGERS = {
    "sqlite": [
        "CREATE TRIGGER check_in_no_rewriting BEFORE UPDATE ON check_in FOR EACH ROW WHEN OLD.client_id <> "
        "NEW.client_id OR OLD.fingerprint <> NEW.fingerprint OR OLD.employee_id <> NEW.employee_id OR OLD.kind "
        "<> NEW.kind OR OLD.work_date <> NEW.work_date OR OLD.tapped_at <> NEW.tapped_at OR OLD.received_at <> "
        "NEW.received_at OR OLD.counted_at <> NEW.counted_at BEGIN SELECT RAISE(ABORT, 'check_in is evidence'); "
        "END",
        "CREATE TRIGGER check_in_no_delete BEFORE DELETE ON check_in FOR EACH ROW WHEN 1 = 1 BEGIN SELECT "
        "RAISE(ABORT, 'check_in is evidence'); END",
        "CREATE TRIGGER check_in_void_no_update BEFORE UPDATE ON check_in_void FOR EACH ROW BEGIN SELECT "
        "RAISE(ABORT, 'check_in_void is immutable'); END",
        "CREATE TRIGGER check_in_void_no_delete BEFORE DELETE ON check_in_void FOR EACH ROW BEGIN SELECT "
        "RAISE(ABORT, 'check_in_void is immutable'); END",
        "CREATE TRIGGER exception_decision_no_update BEFORE UPDATE ON exception_decision FOR EACH ROW BEGIN "
        "SELECT RAISE(ABORT, 'exception_decision is immutable'); END",
        "CREATE TRIGGER exception_decision_no_delete BEFORE DELETE ON exception_decision FOR EACH ROW BEGIN "
        "SELECT RAISE(ABORT, 'exception_decision is immutable'); END",
        "CREATE TRIGGER confirmation_no_update BEFORE UPDATE ON confirmation FOR EACH ROW BEGIN SELECT "
        "RAISE(ABORT, 'confirmation is immutable'); END",
        "CREATE TRIGGER confirmation_no_delete BEFORE DELETE ON confirmation FOR EACH ROW BEGIN SELECT "
        "RAISE(ABORT, 'confirmation is immutable'); END",
        "CREATE TRIGGER payslip_no_update BEFORE UPDATE ON payslip FOR EACH ROW WHEN OLD.issued_at IS NOT NULL "
        "BEGIN SELECT RAISE(ABORT, 'payslip is immutable'); END",
        "CREATE TRIGGER payslip_no_delete BEFORE DELETE ON payslip FOR EACH ROW WHEN OLD.issued_at IS NOT NULL "
        "BEGIN SELECT RAISE(ABORT, 'payslip is immutable'); END",
        "CREATE TRIGGER pay_run_no_update BEFORE UPDATE ON pay_run FOR EACH ROW WHEN OLD.state = 'issued' BEGIN "
        "SELECT RAISE(ABORT, 'pay_run is immutable'); END",
        "CREATE TRIGGER pay_run_no_delete BEFORE DELETE ON pay_run FOR EACH ROW WHEN OLD.state = 'issued' BEGIN "
        "SELECT RAISE(ABORT, 'pay_run is immutable'); END",
        "CREATE TRIGGER settlement_line_no_update BEFORE UPDATE ON settlement_line FOR EACH ROW BEGIN SELECT "
        "RAISE(ABORT, 'settlement_line is immutable'); END",
        "CREATE TRIGGER settlement_line_no_delete BEFORE DELETE ON settlement_line FOR EACH ROW BEGIN SELECT "
        "RAISE(ABORT, 'settlement_line is immutable'); END",
        "CREATE TRIGGER reward_rule_version_approved_stays BEFORE UPDATE ON reward_rule_version FOR EACH ROW "
        "WHEN OLD.status <> 'draft' AND (NEW.status = 'draft' OR COALESCE(CAST(NEW.rule_id AS TEXT), '') <> "
        "COALESCE(CAST(OLD.rule_id AS TEXT), '') OR COALESCE(CAST(NEW.n AS TEXT), '') <> COALESCE(CAST(OLD.n AS "
        "TEXT), '') OR COALESCE(CAST(NEW.effective_from AS TEXT), '') <> COALESCE(CAST(OLD.effective_from AS "
        "TEXT), '') OR COALESCE(CAST(NEW.author_id AS TEXT), '') <> COALESCE(CAST(OLD.author_id AS TEXT), '') OR "
        "COALESCE(CAST(NEW.created_at AS TEXT), '') <> COALESCE(CAST(OLD.created_at AS TEXT), '') OR "
        "COALESCE(CAST(NEW.approver_id AS TEXT), '') <> COALESCE(CAST(OLD.approver_id AS TEXT), '') OR "
        "COALESCE(CAST(NEW.approved_at AS TEXT), '') <> COALESCE(CAST(OLD.approved_at AS TEXT), '') OR "
        "COALESCE(CAST(NEW.condition AS TEXT), '') <> COALESCE(CAST(OLD.condition AS TEXT), '') OR "
        "COALESCE(CAST(NEW.params AS TEXT), '') <> COALESCE(CAST(OLD.params AS TEXT), '')) BEGIN SELECT "
        "RAISE(ABORT, 'an approved rule version is immutable'); END",
        "CREATE TRIGGER reward_rule_version_approved_kept BEFORE DELETE ON reward_rule_version FOR EACH ROW WHEN "
        "OLD.status <> 'draft' BEGIN SELECT RAISE(ABORT, 'an approved rule version is immutable'); END",
        "CREATE TRIGGER ledger_txn_born_open BEFORE INSERT ON ledger_txn FOR EACH ROW WHEN NEW.sealed BEGIN "
        "SELECT RAISE(ABORT, 'a transaction is sealed after its entries'); END",
        "CREATE TRIGGER ledger_txn_only_sealed BEFORE UPDATE ON ledger_txn FOR EACH ROW WHEN OLD.sealed OR NOT "
        "NEW.sealed OR NOT (NEW.id = OLD.id AND NEW.idem_key = OLD.idem_key AND NEW.fingerprint = "
        "OLD.fingerprint AND NEW.employee_id = OLD.employee_id AND NEW.kind = OLD.kind AND NEW.currency = "
        "OLD.currency AND NEW.amount = OLD.amount AND NEW.effective_on = OLD.effective_on) BEGIN SELECT "
        "RAISE(ABORT, 'ledger_txn is immutable'); END",
        "CREATE TRIGGER ledger_txn_sealable BEFORE UPDATE ON ledger_txn FOR EACH ROW WHEN NOT (SELECT COUNT(*) "
        ">= 2 AND SUM(e.amount) = 0 AND MIN(a.currency) = NEW.currency AND MAX(a.currency) = NEW.currency FROM "
        "ledger_entry e JOIN ledger_account a ON a.id = e.account_id WHERE e.txn_id = NEW.id) BEGIN SELECT "
        "RAISE(ABORT, 'a transaction needs two entries or more of its currency that sum to zero'); END",
        "CREATE TRIGGER ledger_txn_no_delete BEFORE DELETE ON ledger_txn FOR EACH ROW BEGIN SELECT RAISE(ABORT, "
        "'ledger_txn is immutable'); END",
        "CREATE TRIGGER ledger_txn_no_replace BEFORE INSERT ON ledger_txn FOR EACH ROW WHEN EXISTS (SELECT 1 "
        "FROM ledger_txn t WHERE t.id = NEW.id) BEGIN SELECT RAISE(ABORT, 'ledger_txn is immutable'); END",
        "CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry FOR EACH ROW BEGIN SELECT "
        "RAISE(ABORT, 'ledger_entry is immutable'); END",
        "CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry FOR EACH ROW BEGIN SELECT "
        "RAISE(ABORT, 'ledger_entry is immutable'); END",
        "CREATE TRIGGER ledger_entry_chained BEFORE INSERT ON ledger_entry FOR EACH ROW WHEN NOT "
        "(COALESCE(NEW.balance_after - NEW.amount = COALESCE((SELECT p.balance_after FROM ledger_entry p WHERE "
        "p.account_id = NEW.account_id AND p.account_version = NEW.account_version - 1), CASE WHEN "
        "NEW.account_version = 1 THEN 0 END), FALSE)) OR EXISTS (SELECT 1 FROM ledger_txn t WHERE t.id = "
        "NEW.txn_id AND t.sealed) BEGIN SELECT RAISE(ABORT, 'an entry continues its account and belongs to an "
        "open transaction'); END",
        "CREATE TRIGGER ledger_entry_no_replace BEFORE INSERT ON ledger_entry FOR EACH ROW WHEN EXISTS (SELECT 1 "
        "FROM ledger_entry e WHERE e.id = NEW.id) OR EXISTS (SELECT 1 FROM ledger_entry e WHERE e.account_id = "
        "NEW.account_id AND e.account_version = NEW.account_version) BEGIN SELECT RAISE(ABORT, 'ledger_entry is "
        "immutable'); END",
        "CREATE TRIGGER ledger_account_born_empty BEFORE INSERT ON ledger_account FOR EACH ROW WHEN NEW.balance "
        "<> 0 OR NEW.version <> 0 BEGIN SELECT RAISE(ABORT, 'an account starts empty'); END",
        "CREATE TRIGGER ledger_account_follows_entries BEFORE UPDATE ON ledger_account FOR EACH ROW WHEN NEW.id "
        "<> OLD.id OR NEW.employee_id <> OLD.employee_id OR NEW.kind <> OLD.kind OR NEW.currency <> OLD.currency "
        "OR NEW.version < OLD.version OR (NEW.version = OLD.version AND NEW.balance <> OLD.balance) OR "
        "(NEW.version > OLD.version AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.account_id = NEW.id AND "
        "e.account_version = NEW.version AND e.balance_after = NEW.balance)) BEGIN SELECT RAISE(ABORT, 'a "
        "balance changes only together with its entries'); END",
        "CREATE TRIGGER ledger_account_no_delete BEFORE DELETE ON ledger_account FOR EACH ROW BEGIN SELECT "
        "RAISE(ABORT, 'ledger_account is immutable'); END",
        "CREATE TRIGGER withdrawal_no_update BEFORE UPDATE ON withdrawal FOR EACH ROW WHEN OLD.state <> "
        "'requested' BEGIN SELECT RAISE(ABORT, 'withdrawal is immutable'); END",
        "CREATE TRIGGER withdrawal_no_delete BEFORE DELETE ON withdrawal FOR EACH ROW WHEN OLD.state <> "
        "'requested' BEGIN SELECT RAISE(ABORT, 'withdrawal is immutable'); END",
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION onsite_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE "
        "EXCEPTION USING MESSAGE = TG_ARGV[0]; END'",
        "CREATE TRIGGER check_in_no_rewriting BEFORE UPDATE ON check_in FOR EACH ROW WHEN (OLD.client_id <> "
        "NEW.client_id OR OLD.fingerprint <> NEW.fingerprint OR OLD.employee_id <> NEW.employee_id OR "
        "OLD.kind <> NEW.kind OR OLD.work_date <> NEW.work_date OR OLD.tapped_at <> NEW.tapped_at OR "
        "OLD.received_at <> NEW.received_at OR OLD.counted_at <> NEW.counted_at) EXECUTE FUNCTION "
        "onsite_refuse('check_in is evidence')",
        "CREATE TRIGGER check_in_no_delete BEFORE DELETE ON check_in FOR EACH ROW WHEN (1 = 1) EXECUTE "
        "FUNCTION onsite_refuse('check_in is evidence')",
        "CREATE TRIGGER check_in_void_no_update BEFORE UPDATE ON check_in_void FOR EACH ROW EXECUTE FUNCTION "
        "onsite_refuse('check_in_void is immutable')",
        "CREATE TRIGGER check_in_void_no_delete BEFORE DELETE ON check_in_void FOR EACH ROW EXECUTE FUNCTION "
        "onsite_refuse('check_in_void is immutable')",
        "CREATE TRIGGER check_in_void_no_truncate BEFORE TRUNCATE ON check_in_void FOR EACH STATEMENT "
        "EXECUTE FUNCTION onsite_refuse('check_in_void is immutable')",
        "CREATE TRIGGER exception_decision_no_update BEFORE UPDATE ON exception_decision FOR EACH ROW "
        "EXECUTE FUNCTION onsite_refuse('exception_decision is immutable')",
        "CREATE TRIGGER exception_decision_no_delete BEFORE DELETE ON exception_decision FOR EACH ROW "
        "EXECUTE FUNCTION onsite_refuse('exception_decision is immutable')",
        "CREATE TRIGGER exception_decision_no_truncate BEFORE TRUNCATE ON exception_decision FOR EACH "
        "STATEMENT EXECUTE FUNCTION onsite_refuse('exception_decision is immutable')",
        "CREATE TRIGGER confirmation_no_update BEFORE UPDATE ON confirmation FOR EACH ROW EXECUTE FUNCTION "
        "onsite_refuse('confirmation is immutable')",
        "CREATE TRIGGER confirmation_no_delete BEFORE DELETE ON confirmation FOR EACH ROW EXECUTE FUNCTION "
        "onsite_refuse('confirmation is immutable')",
        "CREATE TRIGGER confirmation_no_truncate BEFORE TRUNCATE ON confirmation FOR EACH STATEMENT EXECUTE "
        "FUNCTION onsite_refuse('confirmation is immutable')",
        "CREATE TRIGGER payslip_no_update BEFORE UPDATE ON payslip FOR EACH ROW WHEN (OLD.issued_at IS NOT "
        "NULL) EXECUTE FUNCTION onsite_refuse('payslip is immutable')",
        "CREATE TRIGGER payslip_no_delete BEFORE DELETE ON payslip FOR EACH ROW WHEN (OLD.issued_at IS NOT "
        "NULL) EXECUTE FUNCTION onsite_refuse('payslip is immutable')",
        "CREATE TRIGGER payslip_no_truncate BEFORE TRUNCATE ON payslip FOR EACH STATEMENT EXECUTE FUNCTION "
        "onsite_refuse('payslip is immutable')",
        "CREATE TRIGGER pay_run_no_update BEFORE UPDATE ON pay_run FOR EACH ROW WHEN (OLD.state = 'issued') "
        "EXECUTE FUNCTION onsite_refuse('pay_run is immutable')",
        "CREATE TRIGGER pay_run_no_delete BEFORE DELETE ON pay_run FOR EACH ROW WHEN (OLD.state = 'issued') "
        "EXECUTE FUNCTION onsite_refuse('pay_run is immutable')",
        "CREATE TRIGGER pay_run_no_truncate BEFORE TRUNCATE ON pay_run FOR EACH STATEMENT EXECUTE FUNCTION "
        "onsite_refuse('pay_run is immutable')",
        "CREATE TRIGGER settlement_line_no_update BEFORE UPDATE ON settlement_line FOR EACH ROW EXECUTE "
        "FUNCTION onsite_refuse('settlement_line is immutable')",
        "CREATE TRIGGER settlement_line_no_delete BEFORE DELETE ON settlement_line FOR EACH ROW EXECUTE "
        "FUNCTION onsite_refuse('settlement_line is immutable')",
        "CREATE TRIGGER settlement_line_no_truncate BEFORE TRUNCATE ON settlement_line FOR EACH STATEMENT "
        "EXECUTE FUNCTION onsite_refuse('settlement_line is immutable')",
        "CREATE TRIGGER reward_rule_version_approved_stays BEFORE UPDATE ON reward_rule_version FOR EACH ROW "
        "WHEN (OLD.status <> 'draft' AND (NEW.status = 'draft' OR COALESCE(CAST(NEW.rule_id AS TEXT), '') <> "
        "COALESCE(CAST(OLD.rule_id AS TEXT), '') OR COALESCE(CAST(NEW.n AS TEXT), '') <> COALESCE(CAST(OLD.n "
        "AS TEXT), '') OR COALESCE(CAST(NEW.effective_from AS TEXT), '') <> COALESCE(CAST(OLD.effective_from "
        "AS TEXT), '') OR COALESCE(CAST(NEW.author_id AS TEXT), '') <> COALESCE(CAST(OLD.author_id AS TEXT), "
        "'') OR COALESCE(CAST(NEW.created_at AS TEXT), '') <> COALESCE(CAST(OLD.created_at AS TEXT), '') OR "
        "COALESCE(CAST(NEW.approver_id AS TEXT), '') <> COALESCE(CAST(OLD.approver_id AS TEXT), '') OR "
        "COALESCE(CAST(NEW.approved_at AS TEXT), '') <> COALESCE(CAST(OLD.approved_at AS TEXT), '') OR "
        "COALESCE(CAST(NEW.condition AS TEXT), '') <> COALESCE(CAST(OLD.condition AS TEXT), '') OR "
        "COALESCE(CAST(NEW.params AS TEXT), '') <> COALESCE(CAST(OLD.params AS TEXT), ''))) EXECUTE FUNCTION "
        "onsite_refuse('an approved rule version is immutable')",
        "CREATE TRIGGER reward_rule_version_approved_kept BEFORE DELETE ON reward_rule_version FOR EACH ROW "
        "WHEN (OLD.status <> 'draft') EXECUTE FUNCTION onsite_refuse('an approved rule version is "
        "immutable')",
        "CREATE TRIGGER ledger_txn_born_open BEFORE INSERT ON ledger_txn FOR EACH ROW WHEN (NEW.sealed) "
        "EXECUTE FUNCTION onsite_refuse('a transaction is sealed after its entries')",
        "CREATE TRIGGER ledger_txn_only_sealed BEFORE UPDATE ON ledger_txn FOR EACH ROW WHEN (OLD.sealed OR "
        "NOT NEW.sealed OR NOT (NEW.id = OLD.id AND NEW.idem_key = OLD.idem_key AND NEW.fingerprint = "
        "OLD.fingerprint AND NEW.employee_id = OLD.employee_id AND NEW.kind = OLD.kind AND NEW.currency = "
        "OLD.currency AND NEW.amount = OLD.amount AND NEW.effective_on = OLD.effective_on)) EXECUTE FUNCTION "
        "onsite_refuse('ledger_txn is immutable')",
        "CREATE OR REPLACE FUNCTION ledger_txn_sealable() RETURNS trigger LANGUAGE plpgsql "
        "SET enable_seqscan = off AS $body$ BEGIN "
        "IF NOT (SELECT COUNT(*) >= 2 AND SUM(e.amount) = 0 AND MIN(a.currency) = NEW.currency AND "
        "MAX(a.currency) = NEW.currency FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id "
        "WHERE e.txn_id = NEW.id) THEN RAISE EXCEPTION USING MESSAGE = 'a transaction needs two entries or "
        "more of its currency that sum to zero'; END IF; RETURN NEW; END $body$",
        "CREATE TRIGGER ledger_txn_sealable BEFORE UPDATE ON ledger_txn FOR EACH ROW EXECUTE FUNCTION "
        "ledger_txn_sealable()",
        "CREATE TRIGGER ledger_txn_no_delete BEFORE DELETE ON ledger_txn FOR EACH ROW EXECUTE FUNCTION "
        "onsite_refuse('ledger_txn is immutable')",
        "CREATE TRIGGER ledger_txn_no_truncate BEFORE TRUNCATE ON ledger_txn FOR EACH STATEMENT EXECUTE "
        "FUNCTION onsite_refuse('ledger_txn is immutable')",
        "CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION "
        "onsite_refuse('ledger_entry is immutable')",
        "CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION "
        "onsite_refuse('ledger_entry is immutable')",
        "CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE "
        "FUNCTION onsite_refuse('ledger_entry is immutable')",
        "CREATE OR REPLACE FUNCTION ledger_entry_chained() RETURNS trigger LANGUAGE plpgsql "
        "SET enable_seqscan = off AS $body$ BEGIN "
        "IF NOT (COALESCE(NEW.balance_after - NEW.amount = COALESCE((SELECT p.balance_after FROM "
        "ledger_entry p WHERE p.account_id = NEW.account_id AND p.account_version = NEW.account_version - "
        "1), CASE WHEN NEW.account_version = 1 THEN 0 END), FALSE)) OR EXISTS (SELECT 1 FROM ledger_txn t "
        "WHERE t.id = NEW.txn_id AND t.sealed) THEN RAISE EXCEPTION USING MESSAGE = 'an entry continues its "
        "account and belongs to an open transaction'; END IF; RETURN NEW; END $body$",
        "CREATE TRIGGER ledger_entry_chained BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION "
        "ledger_entry_chained()",
        "CREATE TRIGGER ledger_account_born_empty BEFORE INSERT ON ledger_account FOR EACH ROW WHEN "
        "(NEW.balance <> 0 OR NEW.version <> 0) EXECUTE FUNCTION onsite_refuse('an account starts empty')",
        "CREATE OR REPLACE FUNCTION ledger_account_follows_entries() RETURNS trigger LANGUAGE plpgsql "
        "SET enable_seqscan = off AS $body$ BEGIN IF NEW.id <> OLD.id OR NEW.employee_id <> OLD.employee_id OR NEW.kind <> OLD.kind OR "
        "NEW.currency <> OLD.currency OR NEW.version < OLD.version OR (NEW.version = OLD.version AND "
        "NEW.balance <> OLD.balance) OR (NEW.version > OLD.version AND NOT EXISTS (SELECT 1 FROM "
        "ledger_entry e WHERE e.account_id = NEW.id AND e.account_version = NEW.version AND e.balance_after "
        "= NEW.balance)) THEN RAISE EXCEPTION USING MESSAGE = 'a balance changes only together with its "
        "entries'; END IF; RETURN NEW; END $body$",
        "CREATE TRIGGER ledger_account_follows_entries BEFORE UPDATE ON ledger_account FOR EACH ROW EXECUTE "
        "FUNCTION ledger_account_follows_entries()",
        "CREATE TRIGGER ledger_account_no_delete BEFORE DELETE ON ledger_account FOR EACH ROW EXECUTE "
        "FUNCTION onsite_refuse('ledger_account is immutable')",
        "CREATE TRIGGER ledger_account_no_truncate BEFORE TRUNCATE ON ledger_account FOR EACH STATEMENT "
        "EXECUTE FUNCTION onsite_refuse('ledger_account is immutable')",
        "CREATE TRIGGER withdrawal_no_update BEFORE UPDATE ON withdrawal FOR EACH ROW WHEN (OLD.state <> "
        "'requested') EXECUTE FUNCTION onsite_refuse('withdrawal is immutable')",
        "CREATE TRIGGER withdrawal_no_delete BEFORE DELETE ON withdrawal FOR EACH ROW WHEN (OLD.state <> "
        "'requested') EXECUTE FUNCTION onsite_refuse('withdrawal is immutable')",
        "CREATE TRIGGER withdrawal_no_truncate BEFORE TRUNCATE ON withdrawal FOR EACH STATEMENT EXECUTE "
        "FUNCTION onsite_refuse('withdrawal is immutable')",
    ],
}


def upgrade() -> None:
    op.create_table(
        "branch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("settlement_time", sa.String(length=5), nullable=False),
        sa.Column("workdays", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("earlier_weeks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("settled_from", sa.Date(), nullable=False),
        sa.Column("settled_through", sa.Date(), nullable=True),
        sa.Column("on_hold", sa.Boolean(), nullable=False),
        sa.Column("hold_reason", sa.String(length=300), nullable=True),
        sa.Column("pay_scheme", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch")),
        sa.UniqueConstraint("code", name=op.f("uq_branch_code")),
    )
    op.create_table(
        "demo_story",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reps", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("today", sa.Date(), nullable=False),
        sa.Column("told_through", sa.Date(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_demo_story_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_story")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("payload", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("bulk", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=80), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_claimed",
            ["claimed_at"],
            unique=False,
            sqlite_where=sa.text("claimed_at IS NOT NULL AND done_at IS NULL AND failed_at IS NULL"),
            postgresql_where=sa.text("claimed_at IS NOT NULL AND done_at IS NULL AND failed_at IS NULL"),
        )
        batch_op.create_index("ix_outbox_done_at", ["done_at"], unique=False)
        batch_op.create_index(
            "ix_outbox_due",
            ["bulk", "available_at"],
            unique=False,
            sqlite_where=sa.text("claimed_at IS NULL AND done_at IS NULL AND failed_at IS NULL"),
            postgresql_where=sa.text("claimed_at IS NULL AND done_at IS NULL AND failed_at IS NULL"),
        )
        batch_op.create_index(
            "uq_outbox_waiting",
            ["topic", "key"],
            unique=True,
            sqlite_where=sa.text("claimed_at IS NULL AND done_at IS NULL AND failed_at IS NULL"),
            postgresql_where=sa.text("claimed_at IS NULL AND done_at IS NULL AND failed_at IS NULL"),
        )

    op.create_table(
        "periodic_run",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_periodic_run")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_attempt_last_at", ["last_at"], unique=False)

    op.create_table(
        "calendar_day",
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.CheckConstraint("kind in ('holiday','workday','ordinary')", name=op.f("ck_calendar_day_kind")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_calendar_day_branch_id_branch")),
        sa.PrimaryKeyConstraint("branch_id", "on_date", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "ledger_month_close",
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_ledger_month_close_branch_id_branch")),
        sa.PrimaryKeyConstraint("branch_id", "month", name=op.f("pk_ledger_month_close")),
    )
    op.create_table(
        "shift",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("start", sa.String(length=5), nullable=False),
        sa.Column("end", sa.String(length=5), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("grace_minutes between 0 and 240", name=op.f("ck_shift_grace")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_shift_branch_id_branch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
        sa.UniqueConstraint("branch_id", "name", name=op.f("uq_shift_branch_id_name")),
    )
    op.create_table(
        "store_type",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("shift_start", sa.String(length=5), nullable=False),
        sa.Column("shift_end", sa.String(length=5), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("grace_minutes between 0 and 240", name=op.f("ck_store_type_grace")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_store_type_branch_id_branch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store_type")),
        sa.UniqueConstraint("branch_id", "code", name=op.f("uq_store_type_branch_id_code")),
    )
    op.create_table(
        "team",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_team_branch_id_branch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("branch_id", "name", name=op.f("uq_team_branch_id_name")),
    )
    op.create_table(
        "withdrawal_terms",
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("minimum", sa.BigInteger(), nullable=False),
        sa.Column("daily_limit", sa.BigInteger(), nullable=True),
        sa.Column("share_bp", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "daily_limit is null or daily_limit >= minimum", name=op.f("ck_withdrawal_terms_daily_limit")
        ),
        sa.CheckConstraint("minimum > 0", name=op.f("ck_withdrawal_terms_minimum")),
        sa.CheckConstraint("share_bp between 0 and 10000", name=op.f("ck_withdrawal_terms_share")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_withdrawal_terms_branch_id_branch")),
        sa.PrimaryKeyConstraint("branch_id", name=op.f("pk_withdrawal_terms")),
    )
    op.create_table(
        "earlier_times",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shift_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("store_type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("start", sa.String(length=5), nullable=False),
        sa.Column("end", sa.String(length=5), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("(shift_id is null) <> (store_type_id is null)", name=op.f("ck_earlier_times_one")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_earlier_times_branch_id_branch")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_earlier_times_shift_id_shift")),
        sa.ForeignKeyConstraint(
            ["store_type_id"], ["store_type.id"], name=op.f("fk_earlier_times_store_type_id_store_type")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earlier_times")),
        sa.UniqueConstraint("shift_id", "until_on", name=op.f("uq_earlier_times_shift_id_until_on")),
        sa.UniqueConstraint("store_type_id", "until_on", name=op.f("uq_earlier_times_store_type_id_until_on")),
    )
    with op.batch_alter_table("earlier_times", schema=None) as batch_op:
        batch_op.create_index("ix_earlier_times_branch", ["branch_id", "until_on"], unique=False)

    op.create_table(
        "employee",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("staff_no", sa.String(length=20), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("employer", sa.String(length=8), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("theme", sa.String(length=8), nullable=False),
        sa.Column("text_size", sa.String(length=8), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("password_temporary", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("employer = 'own' or role = 'supervisor'", name=op.f("ck_employee_client_supervisor")),
        sa.CheckConstraint("employer in ('own','client')", name=op.f("ck_employee_employer")),
        sa.CheckConstraint("role in ('rep','supervisor','hr','finance','admin')", name=op.f("ck_employee_role")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_employee_branch_id_branch")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_employee_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employee")),
        sa.UniqueConstraint("phone", name=op.f("uq_employee_phone")),
        sa.UniqueConstraint("staff_no", name=op.f("uq_employee_staff_no")),
    )
    with op.batch_alter_table("employee", schema=None) as batch_op:
        batch_op.create_index("ix_employee_branch", ["branch_id", "left_on", "staff_no"], unique=False)
        batch_op.create_index("ix_employee_team", ["team_id"], unique=False)

    op.create_table(
        "reward_rule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("store_type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_reward_rule_branch_id_branch")),
        sa.ForeignKeyConstraint(
            ["store_type_id"], ["store_type.id"], name=op.f("fk_reward_rule_store_type_id_store_type")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_rule")),
        sa.UniqueConstraint("branch_id", "code", name=op.f("uq_reward_rule_branch_id_code")),
    )
    op.create_table(
        "site",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("store_type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("brand", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("lat", sa.Float(precision=53), nullable=True),
        sa.Column("lng", sa.Float(precision=53), nullable=True),
        sa.Column("datum", sa.String(length=8), nullable=False),
        sa.Column("source_lat", sa.Float(precision=53), nullable=True),
        sa.Column("source_lng", sa.Float(precision=53), nullable=True),
        sa.Column("radius_m", sa.Integer(), nullable=False),
        sa.Column("fence_version", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("datum in ('wgs84','gcj02','bd09')", name=op.f("ck_site_datum")),
        sa.CheckConstraint("(lat is null) = (lng is null)", name=op.f("ck_site_position")),
        sa.CheckConstraint("lat between -90 and 90 and lng between -180 and 180", name=op.f("ck_site_range")),
        sa.CheckConstraint("radius_m between 30 and 2000", name=op.f("ck_site_radius")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_site_branch_id_branch")),
        sa.ForeignKeyConstraint(["store_type_id"], ["store_type.id"], name=op.f("fk_site_store_type_id_store_type")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("branch_id", "code", name=op.f("uq_site_branch_id_code")),
    )
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.create_index("ix_site_name", ["branch_id", "archived_at", "name"], unique=False)
        batch_op.create_index("ix_site_place", ["branch_id", "lat", "lng"], unique=False)
        batch_op.create_index("ix_site_type", ["branch_id", "store_type_id"], unique=False)

    op.create_table(
        "attendance_day",
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("scheduled", sa.Boolean(), nullable=False),
        sa.Column("expected", sa.String(length=8), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("undecided", sa.Boolean(), nullable=False),
        sa.Column("minutes_late", sa.Integer(), nullable=False),
        sa.Column("minutes_early", sa.Integer(), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_in", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_out", sa.DateTime(timezone=True), nullable=True),
        sa.Column("excused", sa.Boolean(), nullable=False),
        sa.Column("confirmed", sa.String(length=10), nullable=True),
        sa.Column("open_exceptions", sa.Integer(), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.Column("final_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rebuilt_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_attendance_day_branch_id_branch")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_attendance_day_employee_id_employee")),
        sa.PrimaryKeyConstraint("employee_id", "work_date", name=op.f("pk_attendance_day")),
    )
    with op.batch_alter_table("attendance_day", schema=None) as batch_op:
        batch_op.create_index("ix_attendance_day_branch", ["branch_id", "work_date"], unique=False)
        batch_op.create_index("ix_attendance_day_open", ["branch_id", "final_at"], unique=False)

    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=60), nullable=False),
        sa.Column("before", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("after", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["employee.id"], name=op.f("fk_audit_entry_actor_id_employee")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_audit_entry_branch_id_branch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_action", ["action", "id"], unique=False)
        batch_op.create_index("ix_audit_actor", ["actor_id", "id"], unique=False)
        batch_op.create_index("ix_audit_branch_id", ["branch_id", "id"], unique=False)
        batch_op.create_index("ix_audit_object", ["object_type", "object_id", "id"], unique=False)

    op.create_table(
        "branch_move",
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("from_branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_branch_move_employee_id_employee")),
        sa.ForeignKeyConstraint(["from_branch_id"], ["branch.id"], name=op.f("fk_branch_move_from_branch_id_branch")),
        sa.PrimaryKeyConstraint("employee_id", "moved_on", name=op.f("pk_branch_move")),
    )
    with op.batch_alter_table("branch_move", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_branch_move_from_branch_id"), ["from_branch_id"], unique=False)

    op.create_table(
        "branch_scope",
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_branch_scope_branch_id_branch")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_branch_scope_employee_id_employee")),
        sa.PrimaryKeyConstraint("employee_id", "branch_id", name=op.f("pk_branch_scope")),
    )
    op.create_table(
        "check_in",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=3), nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("tapped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("skew_s", sa.Integer(), nullable=False),
        sa.Column("lat", sa.Float(precision=53), nullable=True),
        sa.Column("lng", sa.Float(precision=53), nullable=True),
        sa.Column("accuracy_m", sa.Float(precision=53), nullable=True),
        sa.Column("fix_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("no_fix", sa.String(length=12), nullable=True),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("extra", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.CheckConstraint("kind in ('in','out')", name=op.f("ck_check_in_kind")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_check_in_branch_id_branch")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_check_in_employee_id_employee")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_check_in_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in")),
        sa.UniqueConstraint("employee_id", "client_id", name=op.f("uq_check_in_employee_id_client_id")),
    )
    with op.batch_alter_table("check_in", schema=None) as batch_op:
        batch_op.create_index("ix_check_in_day", ["employee_id", "work_date", "tapped_at"], unique=False)
        batch_op.create_index("ix_check_in_site", ["site_id", "work_date"], unique=False)

    op.create_table(
        "confirmation",
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bulk", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["employee.id"], name=op.f("fk_confirmation_by_id_employee")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_confirmation_employee_id_employee")),
        sa.PrimaryKeyConstraint("employee_id", "work_date", "seq", name=op.f("pk_confirmation")),
    )
    with op.batch_alter_table("confirmation", schema=None) as batch_op:
        batch_op.create_index("ix_confirmation_by", ["by_id", "work_date"], unique=False)

    op.create_table(
        "import_batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("options", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("unknown_headers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_import_batch_branch_id_branch")),
        sa.ForeignKeyConstraint(["owner_id"], ["employee.id"], name=op.f("fk_import_batch_owner_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.create_index("ix_import_batch_created_at", ["created_at"], unique=False)

    op.create_table(
        "leave",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_leave_span")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_leave_employee_id_employee")),
        sa.ForeignKeyConstraint(["recorded_by"], ["employee.id"], name=op.f("fk_leave_recorded_by_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave")),
    )
    with op.batch_alter_table("leave", schema=None) as batch_op:
        batch_op.create_index("ix_leave_employee", ["employee_id", "first_on"], unique=False)

    op.create_table(
        "ledger_account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("closed_through", sa.Date(), nullable=True),
        sa.CheckConstraint("kind <> 'recovery' or balance <= 0", name=op.f("ck_ledger_account_recovery")),
        sa.CheckConstraint(
            "kind in ('available','reserved','recovery','expense','payable','clearing')",
            name=op.f("ck_ledger_account_kind"),
        ),
        sa.CheckConstraint(
            "kind not in ('available','reserved') or balance >= 0", name=op.f("ck_ledger_account_not_negative")
        ),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_ledger_account_employee_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_account")),
        sa.UniqueConstraint(
            "employee_id", "kind", "currency", name=op.f("uq_ledger_account_employee_id_kind_currency")
        ),
    )
    op.create_table(
        "ledger_txn",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("idem_key", sa.String(length=120), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("meta", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("resolves_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["employee.id"], name=op.f("fk_ledger_txn_actor_id_employee")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_ledger_txn_employee_id_employee")),
        sa.ForeignKeyConstraint(["resolves_id"], ["ledger_txn.id"], name=op.f("fk_ledger_txn_resolves_id_ledger_txn")),
        sa.ForeignKeyConstraint(["reverses_id"], ["ledger_txn.id"], name=op.f("fk_ledger_txn_reverses_id_ledger_txn")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_txn")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_ledger_txn_idem_key")),
        sa.UniqueConstraint("resolves_id", name=op.f("uq_ledger_txn_resolves_id")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_ledger_txn_reverses_id")),
    )
    with op.batch_alter_table("ledger_txn", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_txn_kind", ["kind", "effective_on"], unique=False)
        batch_op.create_index("ix_ledger_txn_statement", ["employee_id", "effective_on", "id"], unique=False)

    op.create_table(
        "pay_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("problems", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state in ('making','draft','reviewed','issuing','issued')", name=op.f("ck_pay_run_state")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_pay_run_branch_id_branch")),
        sa.ForeignKeyConstraint(["issued_by"], ["employee.id"], name=op.f("fk_pay_run_issued_by_employee")),
        sa.ForeignKeyConstraint(["made_by"], ["employee.id"], name=op.f("fk_pay_run_made_by_employee")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["employee.id"], name=op.f("fk_pay_run_reviewed_by_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_run")),
        sa.UniqueConstraint("branch_id", "month", name=op.f("uq_pay_run_branch_id_month")),
    )
    op.create_table(
        "plan_stop",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts", sa.String(length=5), nullable=True),
        sa.Column("ends", sa.String(length=5), nullable=True),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_plan_stop_employee_id_employee")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_plan_stop_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_stop")),
        sa.UniqueConstraint("employee_id", "work_date", "seq", name=op.f("uq_plan_stop_employee_id_work_date_seq")),
    )
    with op.batch_alter_table("plan_stop", schema=None) as batch_op:
        batch_op.create_index("ix_plan_stop_site", ["site_id", "work_date"], unique=False)

    op.create_table(
        "rep_day",
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("posted", sa.BigInteger(), nullable=False),
        sa.Column("run_after", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=200), nullable=True),
        sa.CheckConstraint("state in ('open','settled','set_aside')", name=op.f("ck_rep_day_state")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_rep_day_branch_id_branch")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_rep_day_employee_id_employee")),
        sa.PrimaryKeyConstraint("employee_id", "work_date", name=op.f("pk_rep_day")),
    )
    with op.batch_alter_table("rep_day", schema=None) as batch_op:
        batch_op.create_index(
            "ix_rep_day_changed",
            ["branch_id", "work_date", "employee_id"],
            unique=False,
            sqlite_where=sa.text("changed_at IS NOT NULL"),
            postgresql_where=sa.text("changed_at IS NOT NULL"),
        )
        batch_op.create_index("ix_rep_day_due", ["branch_id", "work_date", "state"], unique=False)

    op.create_table(
        "reward_rule_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("params", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("condition", sa.String(length=500), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approver_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status in ('draft','approved','retired')", name=op.f("ck_reward_rule_version_status")),
        sa.CheckConstraint(
            "effective_to is null or effective_to >= effective_from", name=op.f("ck_reward_rule_version_range")
        ),
        sa.ForeignKeyConstraint(
            ["approver_id"], ["employee.id"], name=op.f("fk_reward_rule_version_approver_id_employee")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["employee.id"], name=op.f("fk_reward_rule_version_author_id_employee")),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["reward_rule.id"], name=op.f("fk_reward_rule_version_rule_id_reward_rule")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_rule_version")),
        sa.UniqueConstraint("rule_id", "n", name=op.f("uq_reward_rule_version_rule_id_n")),
    )
    with op.batch_alter_table("reward_rule_version", schema=None) as batch_op:
        batch_op.create_index("ix_rule_version_range", ["rule_id", "effective_from"], unique=False)

    op.create_table(
        "roster_day",
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("shift_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("kind in ('work','rest')", name=op.f("ck_roster_day_kind")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_roster_day_branch_id_branch")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_roster_day_employee_id_employee")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_roster_day_shift_id_shift")),
        sa.PrimaryKeyConstraint("employee_id", "work_date", name=op.f("pk_roster_day")),
    )
    with op.batch_alter_table("roster_day", schema=None) as batch_op:
        batch_op.create_index("ix_roster_day_branch", ["branch_id", "work_date"], unique=False)

    op.create_table(
        "salary",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_salary_amount")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_salary_employee_id_employee")),
        sa.ForeignKeyConstraint(["recorded_by"], ["employee.id"], name=op.f("fk_salary_recorded_by_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salary")),
        sa.UniqueConstraint("employee_id", "effective_from", name=op.f("uq_salary_employee_id_effective_from")),
    )
    op.create_table(
        "sales_figure",
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount >= 0 and (target is null or target >= 0)", name=op.f("ck_sales_figure_amounts")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_sales_figure_employee_id_employee")),
        sa.ForeignKeyConstraint(["recorded_by"], ["employee.id"], name=op.f("fk_sales_figure_recorded_by_employee")),
        sa.PrimaryKeyConstraint("employee_id", "work_date", "revision", name=op.f("pk_sales_figure")),
    )
    op.create_table(
        "settlement_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("started_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("progress_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("posted", sa.Integer(), nullable=False),
        sa.Column("set_aside", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state in ('running','done','failed')", name=op.f("ck_settlement_run_state")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_settlement_run_branch_id_branch")),
        sa.ForeignKeyConstraint(["started_by"], ["employee.id"], name=op.f("fk_settlement_run_started_by_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_run")),
        sa.UniqueConstraint("branch_id", "work_date", "n", name=op.f("uq_settlement_run_branch_id_work_date_n")),
    )
    with op.batch_alter_table("settlement_run", schema=None) as batch_op:
        batch_op.create_index("ix_settlement_run_recent", ["branch_id", "started_at"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_sign_in_employee_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_employee", ["employee_id", "revoked_at"], unique=False)

    op.create_table(
        "site_proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("lat", sa.Float(precision=53), nullable=False),
        sa.Column("lng", sa.Float(precision=53), nullable=False),
        sa.Column("accuracy_m", sa.Float(precision=53), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.CheckConstraint("state in ('open','approved','rejected')", name=op.f("ck_site_proposal_state")),
        sa.ForeignKeyConstraint(["decided_by"], ["employee.id"], name=op.f("fk_site_proposal_decided_by_employee")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_site_proposal_employee_id_employee")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_proposal_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_proposal")),
        sa.UniqueConstraint("employee_id", "client_id", name=op.f("uq_site_proposal_employee_id_client_id")),
    )
    with op.batch_alter_table("site_proposal", schema=None) as batch_op:
        batch_op.create_index("ix_site_proposal_state", ["state", "site_id"], unique=False)

    op.create_table(
        "site_supervisor",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_site_supervisor_employee_id_employee")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_supervisor_site_id_site")),
        sa.PrimaryKeyConstraint("site_id", "employee_id", name=op.f("pk_site_supervisor")),
    )
    with op.batch_alter_table("site_supervisor", schema=None) as batch_op:
        batch_op.create_index("ix_site_supervisor_employee", ["employee_id"], unique=False)

    op.create_table(
        "attendance_exception",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dedup_key", sa.String(length=80), nullable=False),
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("check_in_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("params", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("state_seq", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('open','approved','rejected','withdrawn')", name=op.f("ck_attendance_exception_state")
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_attendance_exception_branch_id_branch")),
        sa.ForeignKeyConstraint(
            ["check_in_id"], ["check_in.id"], name=op.f("fk_attendance_exception_check_in_id_check_in")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["employee.id"], name=op.f("fk_attendance_exception_decided_by_employee")
        ),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employee.id"], name=op.f("fk_attendance_exception_employee_id_employee")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_attendance_exception_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_exception")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_attendance_exception_dedup_key")),
    )
    with op.batch_alter_table("attendance_exception", schema=None) as batch_op:
        batch_op.create_index("ix_exception_day", ["employee_id", "work_date"], unique=False)
        batch_op.create_index("ix_exception_inbox", ["branch_id", "state", "work_date", "id"], unique=False)

    op.create_table(
        "check_in_void",
        sa.Column("check_in_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["employee.id"], name=op.f("fk_check_in_void_by_id_employee")),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_in.id"], name=op.f("fk_check_in_void_check_in_id_check_in")),
        sa.PrimaryKeyConstraint("check_in_id", name=op.f("pk_check_in_void")),
    )
    op.create_table(
        "import_row",
        sa.Column(
            "batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("values", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("errors", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("action", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_import_row_batch_id_import_batch")),
        sa.PrimaryKeyConstraint("batch_id", "n", name=op.f("pk_import_row")),
    )
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.create_index("ix_import_row_state", ["batch_id", "action", "outcome", "n"], unique=False)

    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("txn_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance_after", sa.BigInteger(), nullable=False),
        sa.Column("account_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_ledger_entry_amount")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ledger_account.id"], name=op.f("fk_ledger_entry_account_id_ledger_account")
        ),
        sa.ForeignKeyConstraint(["txn_id"], ["ledger_txn.id"], name=op.f("fk_ledger_entry_txn_id_ledger_txn")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("account_id", "account_version", name=op.f("uq_ledger_entry_account_id_account_version")),
    )
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_entry_txn", ["txn_id"], unique=False)

    op.create_table(
        "payslip",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("scheme", sa.String(length=20), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("advances", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("swept", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("inputs", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("sweep_txn_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_payslip_branch_id_branch")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_payslip_employee_id_employee")),
        sa.ForeignKeyConstraint(["run_id"], ["pay_run.id"], name=op.f("fk_payslip_run_id_pay_run")),
        sa.ForeignKeyConstraint(["sweep_txn_id"], ["ledger_txn.id"], name=op.f("fk_payslip_sweep_txn_id_ledger_txn")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payslip")),
        sa.UniqueConstraint("employee_id", "month", name=op.f("uq_payslip_employee_id_month")),
    )
    with op.batch_alter_table("payslip", schema=None) as batch_op:
        batch_op.create_index("ix_payslip_run", ["run_id", "employee_id"], unique=False)

    op.create_table(
        "settlement_line",
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("rule_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("inputs_hash", sa.String(length=32), nullable=False),
        sa.Column("inputs", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("delta", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("explain", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("cause", sa.String(length=30), nullable=False),
        sa.Column("txn_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_settlement_line_employee_id_employee")),
        sa.ForeignKeyConstraint(["rule_id"], ["reward_rule.id"], name=op.f("fk_settlement_line_rule_id_reward_rule")),
        sa.ForeignKeyConstraint(
            ["rule_version_id"],
            ["reward_rule_version.id"],
            name=op.f("fk_settlement_line_rule_version_id_reward_rule_version"),
        ),
        sa.ForeignKeyConstraint(["txn_id"], ["ledger_txn.id"], name=op.f("fk_settlement_line_txn_id_ledger_txn")),
        sa.PrimaryKeyConstraint("rule_id", "employee_id", "period", "revision", name=op.f("pk_settlement_line")),
    )
    with op.batch_alter_table("settlement_line", schema=None) as batch_op:
        batch_op.create_index("ix_settlement_line_day", ["employee_id", "work_date"], unique=False)

    op.create_table(
        "verdict",
        sa.Column("check_in_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("distance_m", sa.Float(precision=53), nullable=True),
        sa.Column("radius_m", sa.Integer(), nullable=True),
        sa.Column("fence_version", sa.Integer(), nullable=True),
        sa.CheckConstraint("verdict in ('inside','uncertain','outside')", name=op.f("ck_verdict_verdict")),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_in.id"], name=op.f("fk_verdict_check_in_id_check_in")),
        sa.PrimaryKeyConstraint("check_in_id", name=op.f("pk_verdict")),
    )
    op.create_table(
        "visit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("check_in_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("check_out_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=6), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.CheckConstraint("outcome in ('order','interested','not_met','other')", name=op.f("ck_visit_outcome")),
        sa.CheckConstraint("state in ('open','done','void')", name=op.f("ck_visit_state")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_visit_branch_id_branch")),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_in.id"], name=op.f("fk_visit_check_in_id_check_in")),
        sa.ForeignKeyConstraint(["check_out_id"], ["check_in.id"], name=op.f("fk_visit_check_out_id_check_in")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_visit_employee_id_employee")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_visit_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("check_in_id", name=op.f("uq_visit_check_in_id")),
        sa.UniqueConstraint("check_out_id", name=op.f("uq_visit_check_out_id")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index("ix_visit_day", ["employee_id", "work_date", "started_at"], unique=False)
        batch_op.create_index("ix_visit_open", ["employee_id", "state"], unique=False)
        batch_op.create_index("ix_visit_site", ["site_id", "work_date"], unique=False)

    op.create_table(
        "withdrawal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reserve_txn_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("resolve_txn_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.CheckConstraint("state in ('requested','approved','refused','cancelled')", name=op.f("ck_withdrawal_state")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_withdrawal_amount")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_withdrawal_branch_id_branch")),
        sa.ForeignKeyConstraint(["decided_by"], ["employee.id"], name=op.f("fk_withdrawal_decided_by_employee")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_withdrawal_employee_id_employee")),
        sa.ForeignKeyConstraint(
            ["reserve_txn_id"], ["ledger_txn.id"], name=op.f("fk_withdrawal_reserve_txn_id_ledger_txn")
        ),
        sa.ForeignKeyConstraint(
            ["resolve_txn_id"], ["ledger_txn.id"], name=op.f("fk_withdrawal_resolve_txn_id_ledger_txn")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawal")),
        sa.UniqueConstraint("employee_id", "client_id", name=op.f("uq_withdrawal_employee_id_client_id")),
        sa.UniqueConstraint("reserve_txn_id", name=op.f("uq_withdrawal_reserve_txn_id")),
        sa.UniqueConstraint("resolve_txn_id", name=op.f("uq_withdrawal_resolve_txn_id")),
    )
    with op.batch_alter_table("withdrawal", schema=None) as batch_op:
        batch_op.create_index("ix_withdrawal_state", ["branch_id", "state", "id"], unique=False)

    op.create_table(
        "exception_decision",
        sa.Column("exception_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("params", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["employee.id"], name=op.f("fk_exception_decision_by_id_employee")),
        sa.ForeignKeyConstraint(
            ["exception_id"],
            ["attendance_exception.id"],
            name=op.f("fk_exception_decision_exception_id_attendance_exception"),
        ),
        sa.PrimaryKeyConstraint("exception_id", "seq", name=op.f("pk_exception_decision")),
    )
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.drop_table("exception_decision")
    with op.batch_alter_table("withdrawal", schema=None) as batch_op:
        batch_op.drop_index("ix_withdrawal_state")

    op.drop_table("withdrawal")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index("ix_visit_site")
        batch_op.drop_index("ix_visit_open")
        batch_op.drop_index("ix_visit_day")

    op.drop_table("visit")
    op.drop_table("verdict")
    with op.batch_alter_table("settlement_line", schema=None) as batch_op:
        batch_op.drop_index("ix_settlement_line_day")

    op.drop_table("settlement_line")
    with op.batch_alter_table("payslip", schema=None) as batch_op:
        batch_op.drop_index("ix_payslip_run")

    op.drop_table("payslip")
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_ledger_entry_txn")

    op.drop_table("ledger_entry")
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.drop_index("ix_import_row_state")

    op.drop_table("import_row")
    op.drop_table("check_in_void")
    with op.batch_alter_table("attendance_exception", schema=None) as batch_op:
        batch_op.drop_index("ix_exception_inbox")
        batch_op.drop_index("ix_exception_day")

    op.drop_table("attendance_exception")
    with op.batch_alter_table("site_supervisor", schema=None) as batch_op:
        batch_op.drop_index("ix_site_supervisor_employee")

    op.drop_table("site_supervisor")
    with op.batch_alter_table("site_proposal", schema=None) as batch_op:
        batch_op.drop_index("ix_site_proposal_state")

    op.drop_table("site_proposal")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_employee")

    op.drop_table("sign_in")
    with op.batch_alter_table("settlement_run", schema=None) as batch_op:
        batch_op.drop_index("ix_settlement_run_recent")

    op.drop_table("settlement_run")
    op.drop_table("sales_figure")
    op.drop_table("salary")
    with op.batch_alter_table("roster_day", schema=None) as batch_op:
        batch_op.drop_index("ix_roster_day_branch")

    op.drop_table("roster_day")
    with op.batch_alter_table("reward_rule_version", schema=None) as batch_op:
        batch_op.drop_index("ix_rule_version_range")

    op.drop_table("reward_rule_version")
    with op.batch_alter_table("rep_day", schema=None) as batch_op:
        batch_op.drop_index("ix_rep_day_due")
        batch_op.drop_index(
            "ix_rep_day_changed",
            sqlite_where=sa.text("changed_at IS NOT NULL"),
            postgresql_where=sa.text("changed_at IS NOT NULL"),
        )

    op.drop_table("rep_day")
    with op.batch_alter_table("plan_stop", schema=None) as batch_op:
        batch_op.drop_index("ix_plan_stop_site")

    op.drop_table("plan_stop")
    op.drop_table("pay_run")
    with op.batch_alter_table("ledger_txn", schema=None) as batch_op:
        batch_op.drop_index("ix_ledger_txn_statement")
        batch_op.drop_index("ix_ledger_txn_kind")

    op.drop_table("ledger_txn")
    op.drop_table("ledger_account")
    with op.batch_alter_table("leave", schema=None) as batch_op:
        batch_op.drop_index("ix_leave_employee")

    op.drop_table("leave")
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.drop_index("ix_import_batch_created_at")

    op.drop_table("import_batch")
    with op.batch_alter_table("confirmation", schema=None) as batch_op:
        batch_op.drop_index("ix_confirmation_by")

    op.drop_table("confirmation")
    with op.batch_alter_table("check_in", schema=None) as batch_op:
        batch_op.drop_index("ix_check_in_site")
        batch_op.drop_index("ix_check_in_day")

    op.drop_table("check_in")
    op.drop_table("branch_scope")
    with op.batch_alter_table("branch_move", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_branch_move_from_branch_id"))

    op.drop_table("branch_move")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_object")
        batch_op.drop_index("ix_audit_branch_id")
        batch_op.drop_index("ix_audit_actor")
        batch_op.drop_index("ix_audit_action")

    op.drop_table("audit_entry")
    with op.batch_alter_table("attendance_day", schema=None) as batch_op:
        batch_op.drop_index("ix_attendance_day_open")
        batch_op.drop_index("ix_attendance_day_branch")

    op.drop_table("attendance_day")
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.drop_index("ix_site_type")
        batch_op.drop_index("ix_site_place")
        batch_op.drop_index("ix_site_name")

    op.drop_table("site")
    op.drop_table("reward_rule")
    with op.batch_alter_table("employee", schema=None) as batch_op:
        batch_op.drop_index("ix_employee_team")
        batch_op.drop_index("ix_employee_branch")

    op.drop_table("employee")
    with op.batch_alter_table("earlier_times", schema=None) as batch_op:
        batch_op.drop_index("ix_earlier_times_branch")

    op.drop_table("earlier_times")
    op.drop_table("withdrawal_terms")
    op.drop_table("team")
    op.drop_table("store_type")
    op.drop_table("shift")
    op.drop_table("ledger_month_close")
    op.drop_table("calendar_day")
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_attempt_last_at")

    op.drop_table("sign_in_attempt")
    op.drop_table("periodic_run")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_outbox_waiting",
            sqlite_where=sa.text("claimed_at IS NULL AND done_at IS NULL AND failed_at IS NULL"),
            postgresql_where=sa.text("claimed_at IS NULL AND done_at IS NULL AND failed_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_outbox_due",
            sqlite_where=sa.text("claimed_at IS NULL AND done_at IS NULL AND failed_at IS NULL"),
            postgresql_where=sa.text("claimed_at IS NULL AND done_at IS NULL AND failed_at IS NULL"),
        )
        batch_op.drop_index("ix_outbox_done_at")
        batch_op.drop_index(
            "ix_outbox_claimed",
            sqlite_where=sa.text("claimed_at IS NOT NULL AND done_at IS NULL AND failed_at IS NULL"),
            postgresql_where=sa.text("claimed_at IS NOT NULL AND done_at IS NULL AND failed_at IS NULL"),
        )

    op.drop_table("outbox")
    op.drop_table("demo_story")
    op.drop_table("branch")
    if op.get_bind().dialect.name == "postgresql":
        for name in ["ledger_account_follows_entries", "ledger_entry_chained", "ledger_txn_sealable", "onsite_refuse"]:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
