"""Photos are kept as long as the branch says, and nothing of a broken upload stays."""

from datetime import timedelta

from jobs.base import job, read
from jobs.queues import LONG
from jobs.sweep import let_pass
from webapp.attendance import queries, service
from webapp.core import files
from webapp.core.clock import now
from webapp.core.db import do

BATCH = 200
UNFINISHED = timedelta(days=7)
"""How long the parts of an upload are kept that its phone does not go on with."""
NAMED_BY_THEN = timedelta(days=1)
"""A file whose row is not there after this long never gets one."""
IN_USE = timedelta(hours=1)


@job(timeout=LONG)
def clean() -> dict[str, int]:
    """Daily; may be killed and repeated at any point: rows are marked first, files follow."""
    at = now()
    expired = sum(_expire(branch_id) for branch_id in read(queries.branch_ids))
    for name in _unneeded(read(lambda: queries.lately_expired(at=at))):
        files.drop(name, before=at - IN_USE)
    return {"expired": expired, "left": _left_over(), "parts": files.drop_parts(before=at - UNFINISHED)}


def _expire(branch_id: int) -> int:
    count = 0
    while names := do(service.expire_photos, branch_id=branch_id, at=now(), limit=BATCH):
        count += len(names)
        for name in _unneeded(names):
            files.drop(name, before=now() - IN_USE)
        let_pass()
    return count


def _left_over() -> int:
    """Files put by a process that died before their row was written, or before they came to their place."""
    names = files.left_over(before=now() - NAMED_BY_THEN)
    for start in range(0, len(names), BATCH):
        some = names[start : start + BATCH]
        kept = _kept(some)
        for name in some:
            (files.settle if name in kept else files.discard)(name)
    return len(names)


def _unneeded(names: list[str]) -> list[str]:
    """The same picture may belong to another visit that is still kept."""
    found: list[str] = []
    for start in range(0, len(names), BATCH):
        some = names[start : start + BATCH]
        found += sorted(set(some) - _kept(some))
    return found


def _kept(names: list[str]) -> set[str]:
    return read(lambda: queries.kept_files(names))
