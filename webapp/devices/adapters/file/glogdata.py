"""GLogData_001.txt: No, Mchn, EnNo, Name, Mode, IOMd, DateTime; padded with blanks and stray tabs."""

from webapp.core.errors import N_
from webapp.devices.adapters.file.numbered_log import looks, one_machine, parse, questions
from webapp.devices.adapters.file.shape import Format
from webapp.devices.adapters.file.text import Head


def detect(head: Head) -> int:
    return 90 if any("Mchn" in line for line in head.lines[:3]) and looks(head.lines) else 0


FORMAT = Format("glogdata", N_("GLogData text"), detect, parse, questions, one_machine)
