"""CSV and any other text with columns."""

from webapp.core.errors import N_
from webapp.devices.adapters.file.columns import parse, questions
from webapp.devices.adapters.file.dates import DAY
from webapp.devices.adapters.file.shape import Format
from webapp.devices.adapters.file.text import Head


def detect(head: Head) -> int:
    dated = any(DAY.search(line) for line in head.lines[:20])
    return 20 if dated and any(mark in line for line in head.lines[:5] for mark in ",;\t|") else 0


FORMAT = Format("csv", N_("CSV or text with columns"), detect, parse, questions)
