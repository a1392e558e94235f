"""Changing people, branches and sign-ins. `by` None is the operator at the console or the demo's maker."""

from webapp.people.service.access import (
    Attempt,
    change_password,
    choose_password,
    one_time_password,
    reset_password,
    revoke_sign_in,
    revoke_sign_ins,
    set_preferences,
    sign_out,
    try_sign_in,
)
from webapp.people.service.branches import (
    create_branch,
    create_team,
    delete_team,
    hold_branch,
    release_branch,
    rename_team,
    update_branch,
)
from webapp.people.service.devices import decide_device, remove_device, see_devices
from webapp.people.service.employees import hire, record_salary, set_leaving, update_employee
from webapp.people.service.privacy import answer_consent, set_privacy
from webapp.people.service.stand_ins import Agreed, end_stand_in, set_stand_in
from webapp.people.service.views import delete_view, open_with_view, rename_view, save_view

__all__ = [
    "Agreed", "Attempt", "answer_consent", "change_password", "choose_password", "create_branch", "create_team",
    "decide_device", "delete_team", "delete_view", "end_stand_in", "hire", "hold_branch", "one_time_password",
    "open_with_view", "record_salary", "release_branch", "remove_device", "rename_team", "rename_view",
    "reset_password", "revoke_sign_in", "revoke_sign_ins", "save_view", "see_devices", "set_leaving",
    "set_preferences", "set_privacy", "set_stand_in", "sign_out", "try_sign_in", "update_branch", "update_employee",
]  # fmt: skip
