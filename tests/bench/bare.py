"""The other side of the comparison: Flask and SQLAlchemy Core, one row inserted and committed per request."""

from __future__ import annotations

import os
import sys

import sqlalchemy as sa
from flask import Flask, request

METADATA = sa.MetaData()
TABLE = sa.Table(
    "bench_row", METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("who", sa.Integer), sa.Column("site_id", sa.Integer),
    sa.Column("lat", sa.Float), sa.Column("lng", sa.Float), sa.Column("tapped_at", sa.String(40)),
)  # fmt: skip
INSERT = sa.insert(TABLE)


def engine(url: str) -> sa.Engine:
    """The pragmas are those of the product, which are set for every engine."""
    import webapp.core.db  # noqa: F401

    return sa.create_engine(url, pool_size=8, max_overflow=8).execution_options(onsite_write=True)


def build(url: str) -> Flask:
    app, database = Flask("bare"), engine(url)

    @app.post("/rows")
    def create() -> tuple[str, int]:
        sent = request.form
        values = {
            "who": int(sent["uid"]), "site_id": int(sent["site_id"]), "lat": float(sent["lat"]),
            "lng": float(sent["lng"]), "tapped_at": sent["tapped_at"],
        }  # fmt: skip
        with database.begin() as connection:
            connection.execute(INSERT, values)
        return "ok", 201

    return app


def main() -> None:
    from webapp import config
    from webapp.launcher import web

    settings = config.from_env()
    app = build(settings["SQLALCHEMY_DATABASE_URI"])
    app.config.update(settings)
    web.serve(app, f"127.0.0.1:{os.environ['PORT']}")


if __name__ == "__main__":
    sys.exit(main())
