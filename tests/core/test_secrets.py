"""Secrets at rest: readable by this installation, also after its key was changed, and by nobody else."""

from __future__ import annotations

import pytest
from flask import Flask

from webapp.core.secrets import SealBroken, reseal, seal, unseal


def app_with(key: str, *earlier: str) -> Flask:
    app = Flask("secrets")
    app.config.update(SECRET_KEY=key, SECRET_KEY_FALLBACKS=list(earlier))
    return app


def test_only_the_key_opens_it() -> None:
    with app_with("one").app_context():
        sealed = seal("机器人 secret")
        assert "secret" not in sealed
        assert sealed != seal("机器人 secret")
        assert unseal(sealed) == "机器人 secret"
    with app_with("two").app_context(), pytest.raises(SealBroken):
        unseal(sealed)


def test_a_changed_key_still_reads_what_the_earlier_one_sealed() -> None:
    with app_with("one").app_context():
        sealed = seal("kept")
    with app_with("two", "one").app_context():
        assert unseal(sealed) == "kept"
        again = reseal(sealed)
    with app_with("two").app_context():
        assert unseal(again) == "kept"


@pytest.mark.parametrize("damaged", ["", "x", "gAAAAAB", "é"])
def test_what_is_damaged_says_so(damaged: str) -> None:
    with app_with("one").app_context(), pytest.raises(SealBroken):
        unseal(damaged)
