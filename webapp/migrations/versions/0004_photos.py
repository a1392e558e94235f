"""photos of visits"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REWRITTEN = (
    "OLD.client_id <> NEW.client_id OR OLD.employee_id <> NEW.employee_id OR OLD.branch_id <> NEW.branch_id OR "
    "OLD.check_in_id <> NEW.check_in_id OR OLD.sha256 <> NEW.sha256 OR OLD.sent_sha256 <> NEW.sent_sha256 OR "
    "OLD.received_at <> NEW.received_at"
)
TRIGGERS = {
    "sqlite": [
        f"CREATE TRIGGER photo_no_rewriting BEFORE UPDATE ON photo FOR EACH ROW WHEN {REWRITTEN} "
        "BEGIN SELECT RAISE(ABORT, 'photo is evidence'); END",
        "CREATE TRIGGER photo_no_delete BEFORE DELETE ON photo FOR EACH ROW WHEN 1 = 1 "
        "BEGIN SELECT RAISE(ABORT, 'photo is evidence'); END",
    ],
    "postgresql": [
        f"CREATE TRIGGER photo_no_rewriting BEFORE UPDATE ON photo FOR EACH ROW WHEN ({REWRITTEN}) "
        "EXECUTE FUNCTION onsite_refuse('photo is evidence')",
        "CREATE TRIGGER photo_no_delete BEFORE DELETE ON photo FOR EACH ROW WHEN (1 = 1) "
        "EXECUTE FUNCTION onsite_refuse('photo is evidence')",
    ],
}


def upgrade():
    op.add_column("branch", sa.Column("photo_days", sa.Integer(), nullable=False, server_default="180"))
    op.create_table(
        "photo",
        sa.Column("id", ID, nullable=False),
        sa.Column("client_id", sa.String(36), nullable=False),
        sa.Column("employee_id", ID, nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("check_in_id", ID, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("sent_sha256", sa.String(64), nullable=False),
        sa.Column("phash", sa.BigInteger(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_photo_branch_id_branch")),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_in.id"], name=op.f("fk_photo_check_in_id_check_in")),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_photo_employee_id_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("employee_id", "client_id", name=op.f("uq_photo_employee_id_client_id")),
    )
    op.create_index("ix_photo_check_in", "photo", ["check_in_id"])
    op.create_index("ix_photo_sha256", "photo", ["sha256"])
    op.create_index("ix_photo_sent_sha256", "photo", ["sent_sha256"])
    op.create_index("ix_photo_kept", "photo", ["branch_id", "deleted_at", "received_at"])
    op.create_table(
        "photo_band",
        sa.Column("band", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("photo_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_photo_band_photo_id_photo")),
        sa.PrimaryKeyConstraint("band", "photo_id", name=op.f("pk_photo_band")),
    )
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade():
    op.drop_table("photo_band")
    op.drop_table("photo")
    op.drop_column("branch", "photo_days")
