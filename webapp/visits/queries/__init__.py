"""Reading the visit log."""

from webapp.visits.queries.board import VisitSeen, board, counts, detail, of_check_in, on_day
from webapp.visits.queries.facts import facts, visit_rows
from webapp.visits.queries.named import NamedVisit, named

__all__ = [
    "NamedVisit",
    "VisitSeen",
    "board",
    "counts",
    "detail",
    "facts",
    "named",
    "of_check_in",
    "on_day",
    "visit_rows",
]
