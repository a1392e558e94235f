"""The bench itself: both databases come back clean, even past triggers that forbid deleting."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from tests.support import databases, pages, postgres

_GUARD = {
    "sqlite": "CREATE TRIGGER guard BEFORE DELETE ON fact BEGIN SELECT RAISE(ABORT, 'immutable'); END",
    "postgresql": (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'immutable'; END $$;"
        " CREATE TRIGGER guard BEFORE DELETE ON fact FOR EACH ROW EXECUTE FUNCTION refuse();"
    ),
}


def _build(url: str) -> None:
    engine = create_engine(url, execution_options={"onsite_write": True})
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE fact (id integer primary key, at timestamp)"))
        connection.execute(text(_GUARD[engine.dialect.name]))
    engine.dispose()


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_a_store_is_clean_after_reset_despite_immutability_triggers(kind: str) -> None:
    try:
        store = databases.open_store(kind, _build)
    except postgres.Unavailable as reason:
        pytest.skip(f"PostgreSQL tests: {reason}")
    for _ in range(2):
        store.reset()
        engine = create_engine(store.url, execution_options={"onsite_write": True})
        with engine.begin() as connection:
            assert connection.scalar(text("SELECT count(*) FROM fact")) == 0
            connection.execute(text("INSERT INTO fact VALUES (1, CURRENT_TIMESTAMP)"))
        engine.dispose()
    store.close()


GOOD = "<!doctype html><html lang=en><title>Today</title><h1>Today</h1>"


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (GOOD + "<h1>Again</h1>", "2 <h1>"),
        (GOOD.replace("Today</title>", "</title>"), "no <title>"),
        (GOOD + "<p id=a><p id=a>", "'a' appears 2 times"),
        (GOOD + "<form method=post></form>", "without action"),
        (GOOD + "<form action=/x></form>", "method"),
        (GOOD + "<p style='color:red'>", "style="),
        (GOOD + "<style></style>", "<style>"),
        (GOOD + "<script>1</script>", "<script>"),
        (GOOD + "<button onclick=x>", "onclick="),
        (GOOD + "<a href='javascript:x'>", "javascript:"),
        (GOOD + "<label for=gone>", "'gone' points at no element"),
        (GOOD.replace(" lang=en", ""), "without lang"),
    ],
)
def test_the_page_check_finds_what_it_is_for(broken: str, says: str) -> None:
    assert pages.problems(GOOD) == []
    assert any(says in problem for problem in pages.problems(broken)), pages.problems(broken)
