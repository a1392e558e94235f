"""Where the real data lies; absent data skips with a reason."""

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("ONSITE_ACCEPTANCE_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")


def need(name: str) -> Path:
    """The path of one file or folder of the data; skips the test when it is not there."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"real data is not here: {path} (set ONSITE_ACCEPTANCE_DATA)")
    return path
