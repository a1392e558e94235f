"""At which shops a device was used, from when until when; pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from webapp.core.errors import N_, Invalid, words
from webapp.devices.rules.quality import NO_DEVICE_BEFORE

_FIRST = datetime(NO_DEVICE_BEFORE, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stay:
    """One shop's people used the device; null ends: as long as anybody knows, until further notice."""

    site_id: int
    from_at: datetime | None = None
    until_at: datetime | None = None

    def covers(self, at: datetime) -> bool:
        return (self.from_at is None or self.from_at <= at) and (self.until_at is None or at < self.until_at)


def sites_at(stays: Iterable[Stay], at: datetime) -> tuple[int, ...]:
    """The shops whose people used the device at a moment."""
    return tuple(sorted({stay.site_id for stay in stays if stay.covers(at)}))


def last_move(stays: Collection[Stay]) -> datetime | None:
    """When its shops changed the last time; None: never."""
    return max(_changes(stays), default=None)


def moved(stays: Sequence[Stay], sites: Collection[int], since: datetime) -> list[Stay]:
    """These are its shops from `since` on, which lies not before its last move. The first are those it always had."""
    if not stays:
        return [Stay(site_id) for site_id in sorted(sites)]
    stay_on = {stay.site_id for stay in stays if stay.until_at is None} & set(sites)
    found: list[Stay] = []
    for stay in stays:
        if stay.until_at is None and stay.site_id not in sites:
            if stay.from_at is None or stay.from_at < since:
                found.append(replace(stay, until_at=since))
        elif stay.site_id in sites and stay.until_at == since:
            found.append(replace(stay, until_at=None))
            stay_on.add(stay.site_id)
        else:
            found.append(stay)
    return found + [Stay(site_id, since) for site_id in sorted(set(sites) - stay_on)]


def redated(stays: Sequence[Stay], since: datetime) -> list[Stay]:
    """Its last move was at another moment, after the move before that."""
    last = last_move(stays)
    return [
        replace(
            stay,
            from_at=since if last and stay.from_at == last else stay.from_at,
            until_at=since if last and stay.until_at == last else stay.until_at,
        )
        for stay in stays
    ]


def check_since(since: datetime, at: datetime, not_before: datetime | None, *, strictly: bool = False) -> None:
    """Raises Invalid: it has not come yet, or a move is known that came later. `strictly`: nor at the same moment."""
    if since > at:
        raise Invalid("device_since_ahead", "sites_since")
    if since < _FIRST:
        raise Invalid("device_since_long_ago", "sites_since", year=NO_DEVICE_BEFORE)
    if not_before is not None and (since < not_before or (strictly and since == not_before)):
        raise Invalid("device_since_early", "sites_since")


def move_before(stays: Collection[Stay]) -> datetime | None:
    """The move before the last one; None: there was none."""
    last = last_move(stays)
    return max((moment for moment in _changes(stays) if moment != last), default=None)


def _changes(stays: Iterable[Stay]) -> set[datetime]:
    return {moment for stay in stays for moment in (stay.from_at, stay.until_at) if moment is not None}


words(
    {
        "device_since_ahead": N_("This moment has not come yet. Leave it empty if it is moved now."),
        "device_since_long_ago": N_("No punch is as old as that. Write a moment of the year %(year)s or later."),
        "device_since_early": N_(
            "It was moved later than that already, see Places. Write a later moment, or correct that one first."
        ),
        "device_since_alone": N_(
            "The sites are the same as before. Change them too, or correct the moment of the last move under Places."
        ),
        "device_never_moved": N_("It was never moved. Choose other sites in its settings first."),
    }
)
