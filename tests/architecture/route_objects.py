"""What the permission matrix puts into URLs and forms. Whoever adds a route adds its objects here.

OBJECTS: URL parameter -> (object of the company the roles work in, object of somebody else's branch).
FORMS: endpoint -> a form that gets past validation, so that the object itself is looked up.
EMPTY_HANDED: endpoints that answer something else than 2xx/3xx to a plain GET, with the status.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.support.company import Company

OBJECTS: dict[str, Callable[[Company], tuple[object, object]]] = {
    "site_id": lambda company: (company.sites[0].id, company.other_site.id),
    "employee_id": lambda company: (company.people["R001"].id, company.people["R101"].id),
    "branch_id": lambda company: (company.branch.id, company.other_branch.id),
}
FORMS: dict[str, dict[str, str]] = {}
EMPTY_HANDED: dict[str, int] = {"health.ready": 503}  # the matrix runs without Redis
