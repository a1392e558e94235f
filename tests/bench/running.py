"""Everything `make run` starts: how soon a reward is posted, what goes over the wire, how much memory it takes."""

from __future__ import annotations

import http.client
import re
import time
from contextlib import closing
from urllib.parse import urljoin

import psutil
from flask import Flask
from sqlalchemy import func, select

from tests.bench import company, load, servers
from tests.bench.table import Row, at_most, percentile
from webapp.core.db import db
from webapp.rewards.models import SettlementLine

_LOADED = re.compile(r'<(?:link|script|img|use)\b[^>]*?\b(?:href|src)="([^"#]+)', re.S)
_LATER = re.compile(r'<link\b[^>]*\brel="(?:manifest|canonical|prefetch)"[^>]*>')
_IN_CSS = re.compile(rb"url\(['\"]?([^)'\"#]+)")
PATIENCE = 20


def measure(kind: str, quick: bool) -> list[Row]:
    alone, more = (10, 40) if quick else (100, 900)
    with company.database(kind) as url, servers.application(url) as app:
        taps = company.taps(app, alone + more + 1)
        with servers.serving(url, servers.WHOLE) as (port, pid):
            load.send(port, taps[:1])
            waits = [_until_posted(app, port, tap, number) for number, tap in enumerate(taps[1 : alone + 1], 1)]
            rows = [at_most(f"tap to posted reward, p95, {kind}", percentile(waits, 0.95), 2, " s")]
            load.send(port, taps[alone + 1 :])
            memory = at_most(f"memory (PSS) after {alone + more} check-ins, {kind}", _pss(pid), 300, " MB")
            if kind == "sqlite":
                rows += _bodies(port, company.cookie_of(taps[0]))
    return [*rows, memory]


def _until_posted(app: Flask, port: int, tap: bytes, number: int) -> float:
    """Seconds from sending a check-in to its instant reward in the ledger; the wait is bounded."""
    began = time.perf_counter()
    load.send(port, [tap], within=PATIENCE)
    with app.app_context():
        while time.perf_counter() - began < PATIENCE:
            posted = db.session.scalar(select(func.count(SettlementLine.employee_id.distinct()))) or 0
            db.session.remove()
            if posted > number:
                break
            time.sleep(0.02)
    return time.perf_counter() - began


def _bodies(port: int, cookie: str) -> list[Row]:
    page, _ = _get(port, "/today", cookie, gzip=False)
    wire, _ = _get(port, "/today", cookie)
    addresses = set(_LOADED.findall(_LATER.sub("", page.decode())))
    assets = {address: len(_get(port, address, cookie)[0]) for address in addresses if address.startswith("/static/")}
    for address in [a for a in assets if ".css" in a]:
        for inner in set(_IN_CSS.findall(_get(port, address, cookie, gzip=False)[0])):
            found = urljoin(address, inner.decode())
            assets[found] = len(_get(port, found, cookie)[0])
    cold = (len(wire) + sum(assets.values())) / 1024
    return [
        at_most("Today over the wire, cold", cold, 30, " KB", f"page and {len(assets)} files"),
        at_most("Today over the wire, warm", len(wire) / 1024, 3, " KB"),
    ]


def _get(port: int, path: str, cookie: str, *, gzip: bool = True) -> tuple[bytes, http.client.HTTPMessage]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        headers = {"Cookie": cookie, "Accept": "*/*", **({"Accept-Encoding": "gzip"} if gzip else {})}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise AssertionError(f"GET {path} answered {answer.status}")
        return body, answer.headers


def _pss(pid: int) -> float:
    """MB of a process and all its children, shared pages counted once."""
    top = psutil.Process(pid)
    return sum(process.memory_full_info().pss for process in [top, *top.children(recursive=True)]) / 2**20
