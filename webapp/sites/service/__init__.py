"""Changing sites: the office's form, store types, positions proposed by reps."""

from webapp.sites.service.coarsen import coarsen_proposals
from webapp.sites.service.codes import close_screen, open_screen, renew_code, start_code
from webapp.sites.service.edit import archive_site, create_site, reread_position, unarchive_site, update_site
from webapp.sites.service.fence_policy import set_branch_fence, set_type_fence
from webapp.sites.service.propose import decide_proposal, propose_position
from webapp.sites.service.store_types import create_store_type, rename_store_type

__all__ = [
    "archive_site", "close_screen", "coarsen_proposals", "create_site", "create_store_type", "decide_proposal",
    "open_screen", "propose_position", "rename_store_type", "renew_code", "reread_position", "set_branch_fence",
    "set_type_fence", "start_code", "unarchive_site", "update_site",
]  # fmt: skip
