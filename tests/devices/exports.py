"""Exports as devices write them, made up; padding, order of columns and damage are those of real ones."""

from __future__ import annotations

FILLER = "ZZZZZZZZZZ\t2047-02-30 19:13:30\t5\t90\t90\t1515870810"


def attlog(*lines: str, end: str = "\n") -> bytes:
    return "".join(line + end for line in lines).encode("latin-1")


ATTLOG = attlog(
    "        7\t2026-03-02 08:55:01\t1\t0\t15\t0",
    "     0012\t2026-03-02 08:55:01\t1\t255\t1\t0",
    "        7\t2026-03-02 18:03:20\t1\t1\t1\t0",
)
DAMAGED = attlog(
    "        7\t2026-03-02 08:55:01\t5\t0\t1\t0",
    FILLER,
    "71ZZZZZZZZ\t2047-02-30 19:13:30\t5\t90\t90\t1515870810",
    "ZZZZZZZZZZ\t2026-03-01 15:31:38\t5\t48\t90\t0",
    "   730021\t2047-02-30 19:13:30\t5\t90\t90\t1515870810",
    "       20\t2131-01-08 08:46:56\t5\t255\t32\t-1",
    "      ZZA\t2038-02-09 09:25:20\t5\t0\t69\t5767236",
    "        d\t2000-01-01 00:42:40\t5\t0\t0\t805476304",
    "        \x0b\t2026-03-01 17:36:48\t5\t48\t50\t16",
    "    0.dat\t2020-11-03 07:19:40\t5\t0\t1\t0",
    "        8\t1990-00--8 -16:-29:-40\t5\t255\t1\t0",
    "        8\t1971--10--29 -23:-22:-52\t5\t255\t1\t0",
    "00000000\t2026-03-02 09:00:00\t5\t0\t1\t0",
    "   12\t2026-0" + "\x00" * 5000 + "        9\t2026-03-02 09:01:00\t5\t0\t1\t0",
    "12\x00\x00\x00\t2026-03-02 09:02:00\t5\t0\t1\t0",
    "no tabs at all",
    "\x1a",
)
FIVE = attlog("10021\t2026-04-10 17:08:59\t1\t0\t0", "10022\t2026-04-10 17:09:30\t1\t1\t0")
AGL = attlog(
    "No\tTMNo\tEnNo\tName GMNo\tMode\tDateTime",
    "1\t1\t5\t 1\t0\t2026/03/02 07:14:47",
    "2\t1\t00000000\t 1\t0\t2026/03/02 07:16:51",
    end="\r\n",
)
AGL_AMPM = attlog(
    "No\tTMNo\tEnNo\tName\t\tGMNo\tMode\tIN/OUT\tAntipass\tDateTime",
    "1\t1\t218\t          \t1\t3\tI\t0\t04-07-2026  01:19:29PM",
    "2\t1\t218\t          \t1\t1\tO\t0\t04-07-2026  12:05:00AM",
    end="\r\n",
)
GLG = attlog(
    "No\tTMNo\tEnNo\tName\t\t\tGMNo\tMode\tDateTime",
    "1\t1\t50\t                      \t1\t2\t03/20/2015 07:30:47",
    "2\t1\t25\t                      \t1\t2\t02/11/2026 14:31:11",
)
GLOGDATA = attlog(
    "No\tMchn\tEnNo\t\tName\t\tMode\tIOMd\tDateTime\t",
    "000001\t1\t000000052\tAda           \t1\t0\t2026/03/02  07:41:00",
    "000002    1  000000097    Bob  1   0   2026/03/02  07:45:00",
    "000003\t1\t000000000\t              \t1\t0\t2026/03/02  07:46:00",
    end="\r\n",
)
ALOG = (
    "\ufeffNo\tTMNo\tEnNo\tName\tMode\tIn/Out\tVM\tDepartment\tDateTime\r\n"
    "1\t1\t00000031\t王伟\tFACE\tDutyOn\t0\t销售\t2026/03/02  08:58:00\r\n"
    "2\t1\t00000000\t\tFP\tDutyOff\t0\t\t2026/03/02  08:59:00\r\n"
    "3\t1\t00000031\t王伟\tFP\tDutyOff\t0\t销售\t2026/03/02  18:01:00\r\n"
).encode("utf-16-le")
