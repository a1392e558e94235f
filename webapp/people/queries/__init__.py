"""Reading people, branches and the audit trail."""

from webapp.people.queries.audit import PAGE_SIZE as AUDIT_PAGE
from webapp.people.queries.audit import AuditFilters, entries, kinds, meant
from webapp.people.queries.moves import belonged, branch_at, branch_on
from webapp.people.queries.people import (
    Filters,
    Page,
    Person,
    all_branches,
    branch,
    branch_by_code,
    branches,
    employee,
    employee_ids,
    employees_by_staff_no,
    find,
    has_reps,
    has_salaries,
    names,
    others_in_office,
    phone_owners,
    salaries,
    salaries_of,
    scope,
    supervisor_numbers,
    team_sizes,
    teams,
)
from webapp.people.queries.sessions import (
    Credentials,
    as_actor,
    credentials,
    has_left,
    password_hash,
    sign_ins,
    signed_in,
)
from webapp.people.queries.stand_ins import (
    StandIn,
    can_stand_in,
    stand_in_choices,
    stand_ins,
    stand_ins_among,
    stand_ins_of,
    standing_in,
    stands_in_for,
)
from webapp.people.queries.views import View, saved_views

__all__ = [
    "AUDIT_PAGE", "AuditFilters", "Credentials", "Filters", "Page", "Person", "StandIn", "View", "all_branches",
    "as_actor", "belonged", "branch", "branch_at", "branch_by_code", "branch_on", "branches", "can_stand_in",
    "credentials", "employee", "employee_ids", "employees_by_staff_no", "entries", "find", "has_left", "has_reps",
    "has_salaries", "kinds", "meant", "names", "others_in_office", "password_hash", "phone_owners", "salaries",
    "salaries_of", "saved_views", "scope", "sign_ins", "signed_in", "stand_in_choices", "stand_ins",
    "stand_ins_among", "stand_ins_of", "standing_in", "stands_in_for", "supervisor_numbers", "team_sizes", "teams",
]  # fmt: skip
