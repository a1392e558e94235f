"""Operators' commands. Every module lists its click commands in `commands`."""

from importlib import import_module
from pathlib import Path

from flask import Flask


def register(app: Flask) -> None:
    for file in sorted(Path(__file__).parent.glob("*.py")):
        if file.stem != "__init__":
            for command in import_module(f"webapp.cli.{file.stem}").commands:
                app.cli.add_command(command)
