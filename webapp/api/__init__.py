"""What machines see. Every module with a `bp` is registered."""

from importlib import import_module
from pathlib import Path

from flask import Blueprint, Flask


def register(app: Flask) -> None:
    for file in sorted(Path(__file__).parent.glob("*.py")):
        blueprint = None if file.stem == "__init__" else getattr(import_module(f"webapp.api.{file.stem}"), "bp", None)
        if isinstance(blueprint, Blueprint):
            app.register_blueprint(blueprint)
