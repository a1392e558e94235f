"""Reading attendance: facts, days, what waits for a person."""

from webapp.attendance.queries.facts import (
    branch_ids,
    branches_of,
    days,
    expectation_of,
    load_facts,
    midnight,
    people_with_a_day,
    result_of,
    results,
)

__all__ = [
    "branch_ids", "branches_of", "days", "expectation_of", "load_facts", "midnight", "people_with_a_day", "result_of",
    "results",
]  # fmt: skip
