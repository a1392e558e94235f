"""Browsers that want notices, the key they trust, and what each person chose."""

import base64
import hashlib
from datetime import datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.core.authz import SignedIn
from webapp.core.db import conn, is_postgres
from webapp.core.errors import Invalid
from webapp.core.secrets import opened, seal
from webapp.notifications import queries
from webapp.notifications.adapters.http import is_address
from webapp.notifications.models import Delivery, NoticeChoice, PushKey, PushSubscription
from webapp.notifications.rules import KINDS, Told, check_time
from webapp.notifications.service.tell import tell
from webapp.people.models import SignIn

MOST = 10
LONGEST = 1000


def push_key(*, at: datetime, new: bool = False) -> str:
    """The public key of this installation, made when there is none or the old one cannot be opened.

    `new` replaces it; browsers that trusted the old one have to be asked again, so they are forgotten.
    """
    row = conn().execute(select(PushKey.public, PushKey.private).with_for_update()).first()
    if row is not None and not new and opened(row.private) is not None:
        return row.public
    if row is not None:
        conn().execute(update(Delivery).where(Delivery.subscription_id.is_not(None)).values(subscription_id=None))
        conn().execute(delete(PushSubscription))
        conn().execute(delete(PushKey))
    private, public = _pair()
    insert = (postgresql if is_postgres() else sqlite).insert(PushKey)
    made = insert.values(id=1, public=public, private=seal(private), made_at=at)
    conn().execute(made.on_conflict_do_nothing(index_elements=[PushKey.id]))
    return conn().scalar(select(PushKey.public)) or public


def subscribe(*, user: SignedIn, endpoint: str, p256dh: str, auth: str, at: datetime) -> None:
    """This browser takes the person's notices from now on, whoever's it took before. Raises Invalid."""
    if not queries.push_works():
        raise Invalid("push_not_set")
    good = len(endpoint) <= LONGEST and is_address(endpoint, private=queries.house().private_push)
    if not good or _size(p256dh) != 65 or _size(auth) != 16:
        raise Invalid("push_bad")
    values = {
        "employee_id": user.id, "sign_in_id": user.sign_in_id, "endpoint": endpoint, "p256dh": p256dh, "auth": auth,
        "created_at": at, "reached_at": None,
    }  # fmt: skip
    mark = _mark(endpoint)
    # what still waits for whoever had this browser before never reaches this person
    others = select(PushSubscription.id).where(PushSubscription.mark == mark, PushSubscription.employee_id != user.id)
    _drop(list(conn().scalars(others)))
    insert = (postgresql if is_postgres() else sqlite).insert(PushSubscription)
    kept = insert.values(mark=mark, **values)
    conn().execute(kept.on_conflict_do_update(index_elements=[PushSubscription.mark], set_=values))
    _forget_oldest(user.id)


def unsubscribe(*, user: SignedIn, endpoint: str = "") -> None:
    """No more notices on this browser; without its address, on the one this sign-in was made in."""
    own = PushSubscription.employee_id == user.id
    this = PushSubscription.mark == _mark(endpoint) if endpoint else PushSubscription.sign_in_id == user.sign_in_id
    _drop(list(conn().scalars(select(PushSubscription.id).where(own, this))))


def choose(
    *,
    user: SignedIn,
    muted: list[str],
    digest: str,
    digest_at: str,
    amounts: bool,
    each_exception: bool,
    at: datetime,
) -> None:
    """How somebody wants to be told outside the app. Raises Invalid."""
    if digest not in ("now", "daily"):
        raise Invalid("not_a_choice", "digest")
    check_time(digest_at, "digest_at")
    values = {
        "muted": [kind for kind in KINDS if kind in muted], "digest": digest, "digest_at": digest_at,
        "amounts": amounts and user.sees_money, "each_exception": each_exception,
    }  # fmt: skip
    insert = (postgresql if is_postgres() else sqlite).insert(NoticeChoice)
    kept = insert.values(employee_id=user.id, **values)
    conn().execute(kept.on_conflict_do_update(index_elements=[NoticeChoice.employee_id], set_=values))


def try_push(*, user: SignedIn, at: datetime) -> None:
    """A notice to oneself, to see what it looks like."""
    tell(told=[Told(user.id, "notice_try", f"try|{user.id}|{at.isoformat()}", "/notices")], at=at)


def forget_dead(*, at: datetime) -> int:
    """Browsers whose sign-in has ended; how many."""
    over = select(SignIn.id).where((SignIn.revoked_at.is_not(None)) | (SignIn.expires_at <= at))
    ids = list(conn().scalars(select(PushSubscription.id).where(PushSubscription.sign_in_id.in_(over))))
    _drop(ids)
    return len(ids)


def _forget_oldest(employee_id: int) -> None:
    mine = select(PushSubscription.id).where(PushSubscription.employee_id == employee_id)
    _drop(list(conn().scalars(mine.order_by(PushSubscription.id.desc()).offset(MOST))))


def _drop(ids: list[int]) -> None:
    if ids:
        conn().execute(update(Delivery).where(Delivery.subscription_id.in_(ids)).values(subscription_id=None))
        conn().execute(delete(PushSubscription).where(PushSubscription.id.in_(ids)))


def _pair() -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return pem.decode(), base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def _size(text: str) -> int:
    """Bytes of a base64url text; 0 for anything else."""
    if not text.isascii() or len(text) > 100:
        return 0
    try:
        return len(base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True))
    except ValueError:
        return 0


def _mark(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()
