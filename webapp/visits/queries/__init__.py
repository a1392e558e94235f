"""Reading the visit log."""

from webapp.visits.queries.board import VisitSeen, board
from webapp.visits.queries.facts import facts, visit_rows

__all__ = ["VisitSeen", "board", "facts", "visit_rows"]
