"""which type a store was of before it was given another"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "earlier_store_type",
        sa.Column("site_id", ID, nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("branch_id", ID, nullable=False),
        sa.Column("store_type_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_earlier_store_type_branch_id_branch")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_earlier_store_type_site_id_site")),
        sa.ForeignKeyConstraint(
            ["store_type_id"], ["store_type.id"], name=op.f("fk_earlier_store_type_store_type_id_store_type")
        ),
        sa.PrimaryKeyConstraint("site_id", "until_on", name=op.f("pk_earlier_store_type")),
    )
    op.create_index("ix_earlier_store_type_branch", "earlier_store_type", ["branch_id", "until_on"])


def downgrade():
    op.drop_table("earlier_store_type")
