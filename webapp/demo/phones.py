"""Which phone signs for whom on a day; pure."""

import base64
import hashlib
from datetime import date

from webapp.demo.cast import Member
from webapp.demo.plan import Story

_MAKES = {
    "SH": ("Redmi Note 13", "HONOR X50", "vivo Y36", "OPPO A2", "HUAWEI nova 12", "iPhone 13"),
    "SG": ("iPhone 14", "Galaxy A35", "Redmi 13C", "Pixel 8a"),
}
_BEFORE = {"R008": 6, "R030": 5}
"""Days ago these people got their second phone."""
_NEW = {"R008": 2, "R030": 1}
"""And a third one, which somebody must accept."""
_BORROWED = {"R012": ("R010", 1)}
"""Whose phone they took that many days ago."""


def phone(story: Story, member: Member, on: date) -> tuple[str, str]:
    """(key, what it is)"""
    ago = (story.today - on).days
    owner, borrowed = _BORROWED.get(member.staff_no, ("", -1))
    number = member.staff_no if ago != borrowed else owner
    which = sum(ago <= since.get(number, -1) for since in (_BEFORE, _NEW))
    makes = _MAKES[member.office]
    label = makes[(story.dice(number, "phone").randrange(len(makes)) + which) % len(makes)]
    digest = hashlib.sha256(f"{story.seed}|{number}|{which}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("="), label
