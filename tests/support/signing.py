"""A phone's key as static/js/key.js makes and uses it, written anew."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_FIELDS = ["client_id", "uid", "site_id", "tapped_at", "lat", "lng", "accuracy", "fix_at", "no_fix"]


class Key:
    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self.point = self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def thumbprint(self) -> str:
        return base64url(hashlib.sha256(self.point).digest())

    def signed(self, form: Mapping[str, str], kind: str = "check-in") -> dict[str, str]:
        """The form with key and sig."""
        text = "\n".join(["onsite-1", kind, *(form.get(name, "") for name in _FIELDS)])
        r, s = decode_dss_signature(self._private.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        sig = base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return {**form, "key": base64url(self.point), "sig": sig}


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
