"""The check-in under the shipped server against a bare insert under the same server and database."""

from __future__ import annotations

from statistics import median

from tests.bench import bare, company, load, servers
from tests.bench.table import Row, at_least, at_most, percentile

BARS = {"sqlite": 0.25, "postgresql": 0.18}


def measure(kind: str, quick: bool) -> list[Row]:
    rounds, each = (3, 120) if quick else (7, 300)
    with company.database(kind) as url, servers.redis_server() as redis:
        with servers.application(url) as app:
            taps = company.taps(app, (rounds + 1) * each)
        bare.METADATA.create_all(bare.engine(url))
        with servers.serving(url, servers.WEB, redis) as (port, _), servers.serving(url, servers.BARE) as (other, _):
            return _rows(kind, _rounds(port, other, [taps[n : n + each] for n in range(0, len(taps), each)]))


def _rounds(port: int, other: int, taps: list[list[bytes]]) -> list[tuple[load.Answers, load.Answers]]:
    """Bare and ours in turn; the first round warms both up and is not counted."""
    found = [(_sent(other, [_bare(tap) for tap in group]), _sent(port, group)) for group in taps]
    return found[1:]


def _sent(port: int, requests: list[bytes]) -> load.Answers:
    answers = load.send(port, requests)
    wrong = [status for status in answers.statuses if status != 201]
    if wrong:
        raise AssertionError(f"{len(wrong)} of {len(requests)} answers were {sorted(set(wrong))}")
    return answers


def _bare(tap: bytes) -> bytes:
    return tap.replace(b"POST /check-ins", b"POST /rows", 1)


def _rows(kind: str, rounds: list[tuple[load.Answers, load.Answers]]) -> list[Row]:
    ratio = median(ours.rate / plain.rate for plain, ours in rounds)
    rates = f"{median(o.rate for _, o in rounds):.0f}/s against {median(p.rate for p, _ in rounds):.0f}/s"
    tails = median(percentile(ours.seconds, 0.99) / percentile(ours.seconds, 0.5) for _, ours in rounds)
    middle = median(percentile(ours.seconds, 0.5) for _, ours in rounds)
    return [
        at_least(f"check-in, share of a bare insert, {kind}", ratio, BARS[kind], rates),
        at_most(f"check-in, p99 in its own p50, {kind}", tails, 4, note=f"p50 {middle * 1000:.0f} ms"),
        Row(
            f"check-in answer, {kind}", "≤ 1024 B", f"{max(o.longest_body for _, o in rounds)} B",
            max(o.longest_body for _, o in rounds) <= 1024,
        ),
    ]  # fmt: skip
