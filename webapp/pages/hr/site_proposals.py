"""Proposed positions, for HR."""

from webapp.core.authz import Role
from webapp.pages.proposals import make

bp = make(
    name="hr_site_proposals",
    url="/hr/sites/proposals",
    template="hr/site_proposals.html",
    roles=(Role.HR, Role.ADMIN),
)
