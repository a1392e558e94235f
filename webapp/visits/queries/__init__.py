"""Reading the visit log."""

from webapp.visits.queries.board import VisitSeen, board, counts, detail, on_day
from webapp.visits.queries.facts import facts, visit_rows

__all__ = ["VisitSeen", "board", "counts", "detail", "facts", "on_day", "visit_rows"]
