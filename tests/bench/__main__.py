"""`make bench`: measure this machine against the bars. Ratios, because machines differ; each part has a time limit.

`make bench ARGS="--quick check-in"` measures less of one part; `--only sqlite` leaves PostgreSQL out.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from subprocess import TimeoutExpired

from tests.bench.table import Row, markdown
from tests.support import apps, forks, postgres, process

KINDS = ("sqlite", "postgresql")
SECONDS = {
    "check-in": 420, "running": 420, "settlement": 3000, "push": 420, "pull": 240, "rebuild": 300,
    "roster": 240, "phone": 480, "lighthouse": 600,
}  # fmt: skip


def main() -> int:
    """0 when every bar was reached or could not be measured here for lack of PostgreSQL."""
    options = _options()
    apps.prepare_environment()
    os.environ["ONSITE_TESTING"] = "0"
    os.environ.pop("ONSITE_TEST_CLOCK")
    rows = [
        row for part in options.parts or SECONDS for kind in options.only or KINDS for row in _part(part, kind, options)
    ]
    print("\n" + markdown(rows))  # noqa: T201
    return int(any(row.good is False for row in rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure this machine against the bars.")
    parser.add_argument("parts", nargs="*", metavar="part", help=" or ".join(SECONDS))
    parser.add_argument("--quick", action="store_true", help="sizes for a look, not for a verdict")
    parser.add_argument("--only", action="append", choices=KINDS)
    options = parser.parse_args()
    if unknown := set(options.parts) - set(SECONDS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    return options


def _part(part: str, kind: str, options: argparse.Namespace) -> list[Row]:
    """In a process of its own, so that parts neither warm nor slow each other and a stuck one can be ended."""
    limit = SECONDS[part] // (4 if options.quick else 1)
    print(f"{part}, {kind} ...", file=sys.stderr, flush=True)  # noqa: T201
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="onsite-bench-part-") as folder:
        log, answer = Path(folder, "log"), Path(folder, "answer")
        child = forks.Forked(lambda: _measure(part, kind, options.quick, answer), log)
        try:
            code = child.wait(limit)
        except TimeoutExpired:
            process.kill(child)
            return [Row(f"{part}, {kind}", f"within {limit} s", "did not end", False)]
        if code or not answer.exists():
            print(process.tail(log), file=sys.stderr)  # noqa: T201
            return [Row(f"{part}, {kind}", "measured", "broke, see above", False)]
        rows = [Row(**row) for row in json.loads(answer.read_text())]
        told = "\n".join(f"  {row.what}: {row.measured} ({row.bar})" for row in rows)
        print(f"{told}\n  {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)  # noqa: T201
        return rows


def _measure(part: str, kind: str, quick: bool, answer: Path) -> None:
    from tests.bench import check_in, lighthouse, phone, pull, push, rebuild, roster, running, settlement

    measures: dict[str, Callable[[str, bool], list[Row]]] = {
        "check-in": check_in.measure, "running": running.measure, "settlement": settlement.measure,
        "push": push.measure, "pull": pull.measure, "rebuild": rebuild.measure,
        "roster": roster.measure, "phone": phone.measure, "lighthouse": lighthouse.measure,
    }  # fmt: skip
    try:
        rows = measures[part](kind, quick)
    except postgres.Unavailable as reason:
        rows = [Row(f"{part}, {kind}", "measured", str(reason), None)]
    answer.write_text(json.dumps([asdict(row) for row in rows]))


if __name__ == "__main__":
    sys.exit(main())
