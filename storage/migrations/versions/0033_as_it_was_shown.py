"""What was shown is kept: amounts and names of certificates, years and sentences; what each instalment stood for.

New columns with defaults, so that programs of 0032 go on writing beside it; rows that are there get the cautious value.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

# Shown with its amount: only what certainly was. Whoever changed it meanwhile may have hidden it then.
_SHOWN = """
UPDATE certificates SET hidden = :no
 WHERE EXISTS (SELECT 1 FROM pledges WHERE pledges.id = certificates.pledge_id
                  AND (pledges.visibility = 'named' OR pledges.visibility = 'anonymous' AND certificates.name IS NULL))
   AND NOT EXISTS (SELECT 1 FROM instalments JOIN tips ON tips.id = instalments.tip_id
                    WHERE instalments.pledge_id = certificates.pledge_id AND tips.visibility = 'amount_hidden')
"""
# Before a pledge went over to another way it stood for a month at least.
_QUARTERS = """
UPDATE instalments SET every = 3
 WHERE EXISTS (SELECT 1 FROM pledges WHERE pledges.id = instalments.pledge_id
                  AND pledges.every = 3 AND instalments.month >= pledges.first)
"""


def upgrade() -> None:
    """Forward."""
    op.add_column("certificates", sa.Column("hidden", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("recap_pages", sa.Column("named", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("whys", sa.Column("name", sa.Text(), nullable=True))
    op.add_column("instalments", sa.Column("every", sa.Integer(), nullable=False, server_default="1"))
    op.execute(sa.text(_SHOWN).bindparams(sa.bindparam("no", False, sa.Boolean())))
    op.execute(sa.text(_QUARTERS))


def downgrade() -> None:
    """Back."""
    op.drop_column("instalments", "every")
    op.drop_column("whys", "name")
    op.drop_column("recap_pages", "named")
    op.drop_column("certificates", "hidden")
