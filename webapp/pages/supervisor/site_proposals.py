"""Proposed positions of one's own sites, for supervisors."""

from webapp.core.authz import Role
from webapp.pages.proposals import make

bp = make(
    name="supervisor_site_proposals",
    url="/site-proposals",
    template="supervisor/site_proposals.html",
    roles=(Role.SUPERVISOR,),
)
