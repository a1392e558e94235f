"""Reading sites: where somebody may check in, what is near, and the lists of the office."""

from webapp.sites.queries.fences import SiteFence, TypeFence, branch_policy, site_fence, type_fences
from webapp.sites.queries.given import positions_given
from webapp.sites.queries.new_sites import (
    Proposed,
    alike,
    new_site,
    new_sites,
    new_store_id,
    proposed_by,
    rep_supervisors,
)
from webapp.sites.queries.office import (
    SiteFilter,
    SitePage,
    coverage,
    detail,
    export,
    plannable,
    search,
    store_types,
    supervise_with,
    supervisor_names,
    supervisors,
    supervisors_of,
    types_and_supervisors,
)
from webapp.sites.queries.places import MOST_CHOICES, choices, fences, for_rep, near
from webapp.sites.queries.proposals import Proposal, open_count, proposal_state, proposals, proposed_since
from webapp.sites.queries.types import type_on

__all__ = [
    "MOST_CHOICES",
    "Proposal",
    "Proposed",
    "SiteFilter",
    "SiteFence",
    "SitePage",
    "TypeFence",
    "alike",
    "branch_policy",
    "choices",
    "coverage",
    "detail",
    "export",
    "fences",
    "for_rep",
    "near",
    "new_site",
    "new_sites",
    "new_store_id",
    "open_count",
    "plannable",
    "positions_given",
    "proposal_state",
    "proposals",
    "proposed_by",
    "proposed_since",
    "rep_supervisors",
    "search",
    "site_fence",
    "store_types",
    "supervise_with",
    "supervisor_names",
    "supervisors",
    "supervisors_of",
    "types_and_supervisors",
    "type_fences",
    "type_on",
]
