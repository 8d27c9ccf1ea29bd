"""How long all figures of the loop take at a million cases, by district and for a year.

    ./dev bench figures [--cases 1000000] [--rounds 5]

Fills an empty database with made-up cases and their histories by plain SQL: PostgreSQL where
`DATABASE_URL` names a server (a database of its own is made and dropped), else SQLite in a
scratch home. Then asks, for the year up to now, for all ten figures by district, as of now and
as of a month ago, and tells each as a ratio to one sequential count of the table of cases.
Goal on PostgreSQL: all figures by district as of now, at most 3.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit, urlunsplit

NAME = "yanzhen_bench_figures"
YEARS = 2
UNITS = 400
COMMUNITIES = 2400
DISTRICTS = 12
DAY = 86_400


# --- A place to work ------------------------------------------------------------------------------


@contextmanager
def scratch() -> Iterator[str]:
    """A database of our own, dropped afterwards; the name of the engine is returned."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yanzhen.settings.local")
    os.environ["YANZHEN_SECRET_KEY"] = "bench"
    with tempfile.TemporaryDirectory(prefix="yanzhen-bench-") as home:
        os.environ["YANZHEN_HOME"] = home
        server = os.environ.get("DATABASE_URL", "")
        if not server:
            yield "SQLite"
            return
        import psycopg

        def admin(words: str) -> None:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(words.encode())

        admin(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        admin(f"CREATE DATABASE {NAME}")
        os.environ["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{NAME}"))
        try:
            yield "PostgreSQL"
        finally:
            from django.db import connections

            connections.close_all()
            admin(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


# --- Made-up cases, by SQL that both engines speak ------------------------------------------------


def moment(seconds: str) -> str:
    """Seconds since 1970 as the engine keeps a moment."""
    from django.db import connection

    if connection.vendor == "postgresql":
        return f"to_timestamp({seconds})"
    return f"datetime({seconds}, 'unixepoch')"


def dice(salt: int, sides: int) -> str:
    """A number below `sides` that looks thrown, the same on every run and engine."""
    return f"((i * {48_271 + salt * 7_919} + i / 7 * {salt * 104_729 + 13}) % 2147483647 % {sides})"


def fill(cases: int, now: datetime) -> None:
    """Write areas, units, cases, spans and hand-overs."""
    from django.db import connection, transaction

    from yanzhen.accounts.operations import system_user

    with transaction.atomic():
        actor = system_user()
    statements = [*net(), base(cases, now), *histories(actor.pk)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A load into an empty database: nobody else is there, and the rows fit by making.
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("SET synchronous_commit = off")
        else:
            cursor.execute("PRAGMA foreign_keys = OFF")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("DROP TABLE made")
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("ANALYZE")


def net() -> list[str]:
    """A city of twelve districts, 2,400 communities and 400 units."""
    count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})"
    area = "INSERT INTO places_area (code, name, level, parent_code, is_active)"
    unit = "INSERT INTO units_unit (code, name, short_name, kind, area_code, path, is_active)"
    district = "CAST(430400 + {} AS VARCHAR(6))"
    one = f"(i - 1) / {COMMUNITIES // DISTRICTS} + 1"
    return [
        f"{area} VALUES ('4304', '市', 'city', NULL, true)",
        f"""{area} {count.format(DISTRICTS)}
        SELECT {district.format("i")}, '区', 'district', '4304', true FROM n""",
        f"""{area} {count.format(COMMUNITIES)}
        SELECT {district.format(one)} || CAST(100000 + i AS VARCHAR(6)), '社区', 'community',
        {district.format(one)}, true FROM n""",
        f"""{unit} {count.format(UNITS)}
        SELECT 'U' || i, '单位', '', 'city', '4304', '/U' || i || '/', true FROM n""",
    ]


def base(cases: int, now: datetime) -> str:
    """What happens to each case, as seconds: four in five are done in time, one in ten is late."""
    start = int((now - timedelta(days=365 * YEARS, hours=1)).timestamp())
    big = "BIGINT" if os.environ.get("DATABASE_URL") else "INTEGER"
    area = f"({dice(1, COMMUNITIES)})"
    work = (
        f"3600 * 4 + {dice(2, DAY * 2)} + CASE WHEN {dice(3, 100)} < 10 THEN {DAY} * 3 ELSE 0 END"
    )
    return (
        f"CREATE TABLE made AS WITH RECURSIVE n(i) AS "
        f"(SELECT CAST(1 AS {big}) UNION ALL SELECT i + 1 FROM n WHERE i < {cases}) "
        f"SELECT i, {start} + CAST(i * 1.0 / {cases} * {365 * YEARS * DAY} AS {big}) AS filed, "
        f"CAST(430401 + {area} / {COMMUNITIES // DISTRICTS} AS VARCHAR(6)) || "
        f"CAST(100001 + {area} AS VARCHAR(6)) AS area, 'U' || CAST(1 + {dice(4, UNITS)} AS VARCHAR(6)) AS unit, "
        f"{work} AS work, 1800 + {dice(5, DAY)} AS chk, {dice(6, 100)} AS fate, {dice(7, 20)} AS ret, "
        f"{dice(8, 12)} AS rew, {dice(9, 8)} AS again, {dice(10, 2)} AS long FROM n"
    )


STATUS = (
    "CASE WHEN fate < 4 THEN 'declined' WHEN filed + 7200 > {now} THEN 'dispatched' WHEN fate < 6 THEN "
    "'parked' WHEN filed + work > {now} THEN 'acknowledged' WHEN filed + work + chk > {now} THEN "
    "'submitted' WHEN fate < 7 THEN 'acknowledged' ELSE 'closed' END"
)


def histories(actor: int) -> list[str]:
    """Cases as long as real ones are, five spans for each that is done, and its hand-overs."""
    now = str(int(datetime.now(UTC).timestamp()))
    status = STATUS.format(now=now)
    standing = (
        "status, unit_code, due_at, acknowledged_at, submitted_at, verified_at, closed_at, "
        "return_count, rework_count, submission_count, extension_count"
    )
    done = "status IN ('submitted', 'closed')"
    case = (
        f"INSERT INTO cases_case (id, number, kind, title, words, source, source_number, severity, "
        f"category_code, area_code, address, found_at, filed_at, parked_from, is_imported, hours, routing, "
        f"dispatched_at, recurrence_of_id, {standing}) "
        f"SELECT i, 'HY-' || (100000000 + i), 'problem', '占道经营堵塞盲道，行人走不过去', "
        f"replace(substr('{'x' * 60}', 1, CASE long WHEN 0 THEN 58 ELSE 7 END), 'x', '问题描述文字'), "
        f"CASE long WHEN 0 THEN 'hotline' ELSE 'inspection' END, '', 'normal', NULL, area, '某路某号', "
        f"{moment('filed - 3600')}, {moment('filed')}, CASE status WHEN 'parked' THEN 'acknowledged' ELSE '' END, "
        f"false, 'calendar', "
        f"""'{{"rule": "城管", "reason": "按类别与点位类型：市容、背街小巷，归口单位是城管执法局"}}', """
        f"{moment('filed + 600')}, CASE WHEN again = 0 THEN i END, status, "
        f"CASE status WHEN 'declined' THEN NULL ELSE unit END, "
        f"CASE WHEN status IN ('declined', 'parked') THEN NULL ELSE {moment(f'filed + {DAY * 3}')} END, "
        f"CASE WHEN status IN ('declined', 'dispatched') THEN NULL ELSE {moment('filed + 7200')} END, "
        f"CASE WHEN {done} THEN {moment('filed + work')} END, "
        f"CASE status WHEN 'closed' THEN {moment('filed + work + chk')} END, "
        f"CASE status WHEN 'closed' THEN {moment('filed + work + chk')} END, "
        f"CASE WHEN ret = 0 THEN 1 ELSE 0 END, CASE WHEN rew = 0 THEN 1 ELSE 0 END, "
        f"CASE WHEN {done} THEN CASE WHEN rew = 0 THEN 2 ELSE 1 END ELSE 0 END, 0 "
        f"FROM (SELECT made.*, {status} AS status FROM made) AS made ORDER BY i"
    )
    steps = [
        # number, status, from, until the next one begins, what holds from then on
        (1, "filed", "filed_at", "dispatched_at", "status <> 'declined'", 0),
        (2, "dispatched", "dispatched_at", "acknowledged_at", "status <> 'declined'", 1),
        (
            3,
            "acknowledged",
            "acknowledged_at",
            "submitted_at",
            "acknowledged_at IS NOT NULL AND status <> 'parked'",
            2,
        ),
        (3, "parked", "acknowledged_at", "NULL", "status = 'parked'", 2),
        (4, "submitted", "submitted_at", "closed_at", "submitted_at IS NOT NULL", 3),
        (5, "closed", "closed_at", "NULL", "closed_at IS NOT NULL", 4),
        (1, "declined", "filed_at", "NULL", "status = 'declined'", 0),
    ]
    spans = [
        f"INSERT INTO cases_casespan (case_id, number, at, until, {standing}) "
        f"SELECT id, {number}, {at}, {until}, '{name}', {'unit_code' if known else 'NULL'}, "
        f"{'due_at' if known else 'NULL'}, {'acknowledged_at' if known > 1 else 'NULL'}, "
        f"{'submitted_at' if known > 2 else 'NULL'}, {'verified_at' if known > 3 else 'NULL'}, "
        f"{'closed_at' if known > 3 else 'NULL'}, return_count, "
        f"{'rework_count' if known > 2 else '0'}, {'submission_count' if known > 2 else '0'}, 0 "
        f"FROM cases_case WHERE {where} ORDER BY id"
        for number, name, at, until, where, known in steps
    ]
    ended = f"CASE WHEN return_count > 0 THEN {moment('0')} ELSE closed_at END"
    handed = (
        "INSERT INTO cases_assignment (case_id, unit_code, dispatched_by_id, dispatched_at, first_due_at, "
        "acknowledged_at, ended_at, ending) "
        f"SELECT id, unit_code, {actor}, dispatched_at, dispatched_at, acknowledged_at, "
        f"{ended.replace(moment('0'), 'dispatched_at')}, CASE WHEN return_count > 0 THEN 'returned' "
        "WHEN closed_at IS NULL THEN '' ELSE 'closed' END FROM cases_case WHERE status <> 'declined' ORDER BY id"
    )
    return [case, *spans, handed]


# --- Measuring ------------------------------------------------------------------------------------


def timed(deed: Callable[[], Any], rounds: int) -> float:
    """The median time of a deed, after one that warms everything up."""
    deed()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        deed()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def sequential_count() -> None:
    """Count the cases by reading the table from end to end."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for kind in ("indexonlyscan", "indexscan", "bitmapscan"):
                cursor.execute(f"SET LOCAL enable_{kind} = off")
            cursor.execute("SELECT count(*) FROM cases_case")
        else:
            cursor.execute("SELECT count(*) FROM cases_case NOT INDEXED")
        cursor.fetchall()


def measure(rounds: int, now: datetime) -> None:
    """Print what each question takes, as a time and as a ratio to a sequential count."""
    from yanzhen.core.time import city_day
    from yanzhen.figures import registry

    count = timed(sequential_count, rounds)
    print(f"{'one sequential count of the cases':<52} {count * 1000:8.0f} ms   1.00")
    codes = [figure.code for figure in registry.all_figures()]
    year = {"area": "4304", "from_on": city_day(now) - timedelta(days=364), "to_on": city_day(now)}
    month = year | {"from_on": city_day(now) - timedelta(days=29)}
    questions: list[tuple[str, list[str], dict[str, Any]]] = [
        ("all ten figures, the year, by district  (goal 3.00)", codes, year | {"by": "district"}),
        ("all ten figures, the year, whole", codes, year),
        ("all ten figures, the year, by unit", codes, year | {"by": "unit"}),
        ("all ten figures, the year, by month", codes, year | {"by": "month"}),
        ("all ten figures, 30 days, by district", codes, month | {"by": "district"}),
        (
            "rectification_rate, the year, by district",
            ["rectification_rate"],
            year | {"by": "district"},
        ),
        (
            "median_days_to_close, the year, by district",
            ["median_days_to_close"],
            year | {"by": "district"},
        ),
        (
            "zero_overdue_days, the year, by district",
            ["zero_overdue_days"],
            year | {"by": "district"},
        ),
        ("return_count, the year, by district", ["return_count"], year | {"by": "district"}),
    ]
    past = now - timedelta(days=30)
    questions += [
        (
            "all ten figures, the year, by district, a month ago",
            codes,
            year | {"by": "district", "as_of": past},
        ),
    ]
    for words, names, asked in questions:
        took = timed(partial(registry.compute, names, **{"as_of": now, **asked}), rounds)
        print(f"{words:<52} {took * 1000:8.0f} ms  {took / count:5.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    with scratch() as engine:
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        now = datetime.now(UTC)
        began = time.perf_counter()
        fill(args.cases, now)
        print(
            f"{engine}: {args.cases:,} cases over {YEARS} years, written in {time.perf_counter() - began:.0f} s"
        )
        measure(args.rounds, now + timedelta(minutes=1))


if __name__ == "__main__":
    main()
