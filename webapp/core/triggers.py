"""Database triggers as plain DDL text, for SQLite and PostgreSQL: what may never happen to a row.

A model attaches its triggers to its table (create_all makes them); the migration runs `statements(dialect)`.
On SQLite a table that a later migration rebuilds loses its triggers: that migration makes them again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Table, event, text

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_REFUSE = (
    "CREATE OR REPLACE FUNCTION onsite_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0]; END'"
)
_attached: list["Trigger"] = []


@dataclass(frozen=True, slots=True)
class Trigger:
    """`refuse_when` is an SQL condition on OLD and NEW that both databases understand; it may hold subselects."""

    table: str
    name: str
    event: str
    refuse_when: str | None
    message: str
    only: str | None = None

    def statements(self, dialect: str) -> list[str]:
        if self.only not in (None, dialect):
            return []
        return [self._sqlite()] if dialect == SQLITE else self._postgresql()

    def _sqlite(self) -> str:
        when = f" WHEN {self.refuse_when}" if self.refuse_when else ""
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} FOR EACH ROW{when} "
            f"BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
        )

    def _postgresql(self) -> list[str]:
        start = f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table}"
        if self.event == "TRUNCATE":
            return [_REFUSE, f"{start} FOR EACH STATEMENT EXECUTE FUNCTION onsite_refuse('{self.message}')"]
        if self.refuse_when and "select" in self.refuse_when.lower():
            return [self._function(), f"{start} FOR EACH ROW EXECUTE FUNCTION {self.name}()"]
        when = f" WHEN ({self.refuse_when})" if self.refuse_when else ""
        return [_REFUSE, f"{start} FOR EACH ROW{when} EXECUTE FUNCTION onsite_refuse('{self.message}')"]

    def _function(self) -> str:
        """PostgreSQL knows no subselect in WHEN, so the condition moves into a function of its own.

        Its plan is kept from the first calls, when the tables are empty and reading them whole looks cheap.
        """
        row = "OLD" if self.event == "DELETE" else "NEW"
        return (
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql "
            f"SET enable_seqscan = off AS $body$ BEGIN IF {self.refuse_when} "
            f"THEN RAISE EXCEPTION USING MESSAGE = '{self.message}'; END IF; "
            f"RETURN {row}; END $body$"
        )


def immutable(table: str, *, when: str | None = None) -> tuple[Trigger, ...]:
    """No row may be updated, deleted or truncated; with `when` (a condition on OLD) only such rows."""
    message = f"{table} is immutable"
    return (
        Trigger(table, f"{table}_no_update", "UPDATE", when, message),
        Trigger(table, f"{table}_no_delete", "DELETE", when, message),
        Trigger(table, f"{table}_no_truncate", "TRUNCATE", None, message, only=POSTGRESQL),
    )


def guard(table: str, name: str, event: str, *, refuse_when: str, message: str, only: str | None = None) -> Trigger:
    """Refuse one kind of change (INSERT, UPDATE, DELETE) while the condition holds."""
    return Trigger(table, f"{table}_{name}", event, refuse_when, message, only)


def attach(table: Table, triggers: Iterable[Trigger]) -> None:
    """Make the triggers whenever the table is made."""
    mine = tuple(triggers)
    _attached.extend(mine)
    event.listen(table, "after_create", _maker(mine))


def statements(dialect: str, *, tables: Iterable[str] | None = None) -> list[str]:
    """The DDL of everything attached (of `tables` only), for a migration. Needs the models imported."""
    wanted = None if tables is None else set(tables)
    chosen = [trigger for trigger in _attached if wanted is None or trigger.table in wanted]
    texts = [made for trigger in chosen for made in trigger.statements(dialect)]
    return list(dict.fromkeys(texts))


def names(dialect: str, tables: Iterable[str]) -> list[str]:
    """The triggers that must be there on these tables."""
    wanted = set(tables)
    return [trigger.name for trigger in _attached if trigger.table in wanted and trigger.only in (None, dialect)]


def present(connection: Connection) -> set[str]:
    """The triggers that exist in the database and are switched on."""
    if connection.dialect.name == SQLITE:
        return set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
    query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    return set(connection.scalars(text(query)))


def _maker(triggers: tuple[Trigger, ...]) -> Callable[..., None]:
    def make(_table: Table, connection: Connection, **_: object) -> None:
        for trigger in triggers:
            for statement in trigger.statements(connection.dialect.name):
                connection.exec_driver_sql(statement)

    return make
