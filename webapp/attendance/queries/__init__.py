"""Reading attendance: facts, days, what waits for a person."""

from webapp.attendance.queries.facts import (
    branches_of,
    days,
    expectation_of,
    load_facts,
    midnight,
    result_of,
    results,
)

__all__ = ["branches_of", "days", "expectation_of", "load_facts", "midnight", "result_of", "results"]
