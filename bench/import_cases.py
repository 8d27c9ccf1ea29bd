"""How fast a ledger of 100,000 cases comes in, with all its events, and in how much memory.

    ./dev bench import_cases [--cases 100000] [--xlsx]

Runs `yanzhen import cases` in a process of its own: on PostgreSQL where `DATABASE_URL` names an
empty database, else on SQLite in a scratch home. Beside it, one bare pass of the csv module over
the same file, so that the ratio says something on any machine. Goal on PostgreSQL: 2,000 cases a
second, under 500 MB.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AREAS = 200
FIELDS = (
    "number", "found_at", "source", "category", "site", "area", "unit", "severity", "words",
    "due_at", "acknowledged_at", "submitted_at", "verified_at", "closed_at",
)  # fmt: skip
SOURCES = ("督查", "随手拍", "12345热线", "网格")
CATEGORIES = ("lamps", "exposed_rubbish", "road_damage", "vendors", "small_ads", "manhole")
MATTERS = ("路灯不亮", "垃圾成堆", "路面破损", "占道经营", "小广告", "井盖缺失")


def rows(count: int) -> Iterator[list[str]]:
    """Histories spread over two years, most of them closed, some on every step of the way."""
    start = datetime(2024, 11, 1, 8, 30)  # noqa: DTZ001 - a ledger's times are the city's
    for number in range(count):
        found = start + timedelta(minutes=number * (720 * 24 * 60 // count))
        done = number % 20
        steps = [found + timedelta(hours=hours) for hours in (2, 26, 30, 31)]
        reached = 0 if done == 0 else 1 if done == 1 else 2 if done == 2 else 4
        matter = number % len(MATTERS)
        yield [
            f"B-{number:06}",
            found.isoformat(" "),
            SOURCES[number % len(SOURCES)],
            CATEGORIES[matter],
            "",
            f"430406{number % AREAS:03}",
            f"U-{number % 40}",
            "",
            f"{MATTERS[matter]}，第 {number} 件，请尽快处理，影响出行和市容。",
            (found + timedelta(hours=48)).isoformat(" "),
            *(steps[at].isoformat(" ") if at < reached else "" for at in range(4)),
        ]


def write(path: Path, count: int) -> None:
    """Write the ledger as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(FIELDS)
        writer.writerows(rows(count))


def write_xlsx(path: Path, count: int) -> None:
    """Write the ledger as a workbook, dates as text as most ledgers have them."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, FIELDS)
    for at, row in enumerate(rows(count), start=1):
        sheet.write_row(at, 0, row)
    book.close()


def write_net(home: Path) -> list[tuple[str, Path]]:
    """Write the areas and units that the ledger names."""
    areas, units = home / "areas.csv", home / "units.csv"
    with areas.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "name", "level", "parent"])
        writer.writerow(["430406", "雁峰区", "district", "4304"])
        for at in range(AREAS):
            writer.writerow([f"430406{at:03}", f"街道{at}", "street", "430406"])
    with units.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "name", "kind", "area", "parent"])
        for at in range(40):
            writer.writerow([f"U-{at}", f"单位{at}", "city", "4304", ""])
    return [("areas", areas), ("units", units)]


def yanzhen(home: Path, *words: str) -> tuple[str, float, int]:
    """Run the command; return what it printed, how long it took and its peak memory in MB."""
    environment = {**os.environ, "YANZHEN_HOME": str(home)}
    watched = (
        "import resource, subprocess, sys, time\n"
        "begun = time.perf_counter()\n"
        "done = subprocess.run([sys.executable, '-m', 'yanzhen', *sys.argv[1:]])\n"
        "took = time.perf_counter() - begun\n"
        "peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024\n"
        "print(f'{took} {peak}')\n"
        "sys.exit(done.returncode)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", watched, *words],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    *said, measured = answer.stdout.strip().split("\n")
    took, peak = measured.split()
    return "\n".join(said), float(took), int(peak)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--xlsx", action="store_true", help="from a workbook instead of CSV")
    args = parser.parse_args()
    engine = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"

    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        ledger = home / ("ledger.xlsx" if args.xlsx else "ledger.csv")
        (write_xlsx if args.xlsx else write)(ledger, args.cases)
        plain = home / "plain.csv"
        write(plain, args.cases)
        begun = time.perf_counter()
        with plain.open(encoding="utf-8", newline="") as file:
            read = sum(1 for _row in csv.reader(file))
        bare = time.perf_counter() - begun

        yanzhen(home, "init", "--quiet")
        for kind, path in write_net(home):
            yanzhen(home, "import", kind, str(path), "--quiet")
        _said, checked, _peak = yanzhen(
            home, "import", "cases", str(ledger), "--dry-run", "--quiet"
        )
        said, took, peak = yanzhen(home, "import", "cases", str(ledger), "--json", "--quiet")

    created = json.loads(said)["created"]
    print(f"engine                     {engine}, {ledger.suffix}")
    print(f"cases                      {created:,}")
    print(f"checked alone              {checked:8.1f} s")
    print(
        f"checked and written        {took:8.1f} s   {created / took:8,.0f} cases/s  (goal 2,000)"
    )
    print(f"peak memory                {peak:8,} MB  (goal < 500)")
    print(
        f"÷ bare reading of the file {took / max(bare, 0.001):8.1f}   ({read:,} rows in {bare:.2f} s)"
    )


if __name__ == "__main__":
    main()
