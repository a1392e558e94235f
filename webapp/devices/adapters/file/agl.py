"""AGL_001.TXT and GLG_001.TXT: No, TMNo, EnNo, ..., DateTime."""

from webapp.core.errors import N_
from webapp.devices.adapters.file.numbered_log import looks, one_machine, parse, questions
from webapp.devices.adapters.file.shape import Format
from webapp.devices.adapters.file.text import Head


def detect(head: Head) -> int:
    return 80 if looks(head.lines) else 0


FORMAT = Format("agl", N_("AGL or GLG text"), detect, parse, questions, one_machine)
