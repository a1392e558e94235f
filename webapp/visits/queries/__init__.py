"""Reading the visit log."""

from webapp.visits.queries.facts import facts

__all__ = ["facts"]
