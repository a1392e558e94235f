"""What people see, by role. Every module with a `bp` is a page."""

from importlib import import_module
from pathlib import Path

from flask import Blueprint, Flask

ROLES = ("account", "rep", "supervisor", "hr")


def register(app: Flask) -> None:
    for role in ROLES:
        folder = Path(__file__).parent / role
        for file in sorted(folder.glob("*.py")):
            blueprint = getattr(import_module(f"webapp.pages.{role}.{file.stem}"), "bp", None)
            if isinstance(blueprint, Blueprint):
                app.register_blueprint(blueprint)
