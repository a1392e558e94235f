"""Changing sites: the office's form, store types, positions proposed by reps."""

from webapp.sites.service.coarsen import coarsen_new_sites, coarsen_proposals
from webapp.sites.service.codes import close_screen, open_screen, renew_code, start_code
from webapp.sites.service.edit import archive_site, create_site, reread_position, unarchive_site, update_site
from webapp.sites.service.fence_policy import set_branch_fence, set_type_fence
from webapp.sites.service.new_sites import (
    add_new_site,
    check_new_site,
    propose_new_site,
    refuse_new_site,
    use_known_site,
)
from webapp.sites.service.propose import decide_proposal, propose_position
from webapp.sites.service.store_types import create_store_type, rename_store_type

__all__ = [
    "add_new_site", "archive_site", "check_new_site", "close_screen", "coarsen_new_sites", "coarsen_proposals",
    "create_site", "create_store_type", "decide_proposal", "open_screen", "propose_new_site", "propose_position",
    "refuse_new_site", "rename_store_type", "renew_code", "reread_position", "set_branch_fence", "set_type_fence",
    "start_code", "unarchive_site", "update_site", "use_known_site",
]  # fmt: skip
