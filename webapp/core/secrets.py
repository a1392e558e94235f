"""Secrets at rest. Sealed with a key made from SECRET_KEY; what the keys in SECRET_KEY_FALLBACKS sealed still opens."""

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


class SealBroken(Exception):
    """Damaged, or sealed with a key nobody knows any more."""


def seal(text: str) -> str:
    """Text that only this installation can read; another one every time. About 4/3 of the length and 100 more."""
    return _box(_keys()).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed. Raises SealBroken."""
    try:
        return _box(_keys()).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SealBroken from None


def opened(sealed: str) -> str | None:
    """What was sealed, or None when nobody can tell any more."""
    try:
        return unseal(sealed)
    except SealBroken:
        return None


def reseal(sealed: str) -> str:
    """The same secret under the newest key. Raises SealBroken."""
    return seal(unseal(sealed))


def _keys() -> tuple[str, ...]:
    config = current_app.config
    return tuple(str(key) for key in (config["SECRET_KEY"], *(config.get("SECRET_KEY_FALLBACKS") or ())))


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([_fernet(key) for key in keys])


def _fernet(key: str) -> Fernet:
    """A key of its own: whatever is made from SECRET_KEY elsewhere tells nothing about this one."""
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"onsite secrets at rest").derive(key.encode())
    return Fernet(urlsafe_b64encode(made))
