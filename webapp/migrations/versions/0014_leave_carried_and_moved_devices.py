"""letter keys, what a branch decides about rosters, leave in proportion and carried over, where devices stood before"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade():
    op.create_table(
        "terminal_stay",
        sa.Column("id", ID, nullable=False),
        sa.Column("terminal_id", ID, nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("from_at", MOMENT, nullable=True),
        sa.Column("until_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_terminal_stay_site_id_site")),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_terminal_stay_terminal_id_terminal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terminal_stay")),
    )
    op.create_index("ix_terminal_stay_site", "terminal_stay", ["site_id"])
    op.create_index("ix_terminal_stay_terminal", "terminal_stay", ["terminal_id"])
    fill_stays()

    op.add_column("employee", sa.Column("letter_keys", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("branch", sa.Column("roster_policy", JSON, server_default="{}", nullable=False))
    op.add_column("leave_type", sa.Column("prorated", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("leave_type", sa.Column("carry_halves", sa.Integer(), server_default="0", nullable=False))
    op.add_column("leave_type", sa.Column("carry_months", sa.Integer(), nullable=True))
    op.add_column("leave_grant", sa.Column("source", sa.String(8), server_default="hand", nullable=False))
    op.add_column("leave_grant", sa.Column("valid_until", sa.Date(), nullable=True))
    carried = sa.text("source = 'carry'")
    op.create_index(
        "uq_leave_grant_carried",
        "leave_grant",
        ["employee_id", "kind", "year"],
        unique=True,
        sqlite_where=carried,
        postgresql_where=carried,
    )


def fill_stays():
    """Where devices are used, and where they were: nobody wrote that down, but every punch has the shop it was made at.

    From when on the present shops count is not known, so they always did; a punch that is looked at again stays with
    its shop all the same, because that one counts beside them.
    """
    op.execute("INSERT INTO terminal_stay (terminal_id, site_id) SELECT terminal_id, site_id FROM terminal_site")
    punch = sa.table(
        "punch", sa.column("terminal_id", ID), sa.column("site_id", ID), sa.column("at", MOMENT)
    ).alias("made").c
    stay = sa.table("terminal_stay", *(sa.column(name, ID) for name in ("terminal_id", "site_id")),
                    *(sa.column(name, MOMENT) for name in ("from_at", "until_at")))  # fmt: skip
    present = sa.exists().where(stay.c.terminal_id == punch.terminal_id, stay.c.site_id == punch.site_id)
    former = (
        sa.select(punch.terminal_id, punch.site_id, sa.func.min(punch.at), sa.func.max(punch.at))
        .where(punch.site_id.is_not(None), ~present)
        .group_by(punch.terminal_id, punch.site_id)
        .order_by(punch.terminal_id, punch.site_id)
    )
    rows = [
        {"terminal_id": terminal_id, "site_id": site_id, "from_at": first, "until_at": last + timedelta(minutes=1)}
        for terminal_id, site_id, first, last in op.get_bind().execute(former)
    ]
    op.bulk_insert(stay, rows)


def downgrade():
    op.drop_index("uq_leave_grant_carried", "leave_grant")
    op.drop_column("leave_grant", "valid_until")
    op.drop_column("leave_grant", "source")
    op.drop_column("leave_type", "carry_months")
    op.drop_column("leave_type", "carry_halves")
    op.drop_column("leave_type", "prorated")
    op.drop_column("branch", "roster_policy")
    op.drop_column("employee", "letter_keys")
    op.drop_table("terminal_stay")
