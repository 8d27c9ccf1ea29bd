"""What filing a case through its operation costs, beside bare psycopg writing the same rows.

    ./dev bench filing [--cases 2000] [--rounds 40]

Both write, one commit a case: the number, the case, its words, its span and its event. The
operation also asks who may, what the rules say, whether the case was here before, and chains
the event. Runs on the PostgreSQL that `DATABASE_URL` names, in a database of its own; without it
on a throw-away server. Rounds alternate, so that a busy machine weighs on both. Goal: 0.30.
"""

import argparse
import os
import runpy
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
NAME = "yanzhen_bench_filing"
NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@contextmanager
def scratch() -> Iterator[None]:
    """A database of our own on the server that is named, or on one that lives as long as this."""
    import psycopg

    with server() as address:
        admin = psycopg.connect(address, autocommit=True)
        admin.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {NAME}")
        os.environ["DATABASE_URL"] = urlunsplit(urlsplit(address)._replace(path=f"/{NAME}"))
        os.environ["DJANGO_SETTINGS_MODULE"] = "yanzhen.settings.test"
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connections

        try:
            connections["default"].settings_dict["NAME"] = NAME
            call_command("migrate", verbosity=0)
            yield
        finally:
            connections.close_all()
            admin.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
            admin.close()


@contextmanager
def server() -> Iterator[str]:
    if address := os.environ.get("DATABASE_URL"):
        yield address
        return
    dev = runpy.run_path(str(ROOT / "dev"), run_name="dev")
    with dev["throw_away_postgres"]() as address:
        yield str(address)


class City:
    """Enough of a city to file cases in: who files, where, of what kind, and the rules."""

    def __init__(self) -> None:
        from yanzhen.accounts.enums import Role
        from yanzhen.accounts.operations import system_user
        from yanzhen.accounts.tests.factories import make_user
        from yanzhen.cases.models import Category
        from yanzhen.cases.rulemaking import (
            RouteDraft,
            add_route,
            install_categories,
            install_clock_policies,
        )
        from yanzhen.places.tests.factories import make_area, make_site
        from yanzhen.units.tests.factories import make_unit

        by: dict[str, Any] = {"actor": system_user(), "now": NOW}
        install_categories(**by)
        install_clock_policies(**by)
        self.categories = list(Category.objects.exclude(parent=None).order_by("code"))
        for number, category in enumerate(self.categories):
            unit = make_unit(f"U{number:03}")
            add_route(draft=RouteDraft(name=category.name, category=category, unit=unit), **by)
        self.sites = [make_site(area=make_area("430406001001")) for _ in range(500)]
        self.officer = make_user(Role.OPERATOR)

    def draft(self, number: int) -> Any:
        from yanzhen.cases.loop import CaseDraft

        return CaseDraft(
            title=f"第 {number} 处路面破损积水",
            words="雨后积水，行人绕行，请尽快修补并检查排水口是否堵塞。",
            category=self.categories[number % len(self.categories)],
            site=self.sites[number % len(self.sites)],
            address="先锋路与蒸湘南路交叉口东侧人行道",
        )


def by_operation(city: City, first: int, count: int) -> None:
    from yanzhen.cases.operations import file_draft

    for number in range(first, first + count):
        now = NOW + timedelta(seconds=number)
        file_draft(draft=city.draft(number), actor=city.officer, now=now, client_id=uuid.uuid4())


def copied_rows() -> list[tuple[str, dict[str, Any]]]:
    """The rows that one filing wrote, to be written again by hand."""
    from django.db import connection

    tables = ("cases_case", "cases_casewords", "cases_casespan", "events_event")
    found: list[tuple[str, dict[str, Any]]] = []
    with connection.cursor() as cursor:
        for table in tables:
            order = "case_id" if table == "cases_casewords" else "id"
            cursor.execute(f"SELECT * FROM {table} ORDER BY {order} DESC LIMIT 1")
            row = cursor.fetchone()
            names = [column.name for column in cursor.description]
            found.append((table, dict(zip(names, row, strict=True))))
    return found


def bare(count: int, rows: list[tuple[str, dict[str, Any]]]) -> Callable[[], None]:
    """A pass that writes the same rows with psycopg alone, each case in one transaction."""
    import psycopg
    from psycopg.types.json import Jsonb

    connection = psycopg.connect(os.environ["DATABASE_URL"])

    def statement(table: str, row: dict[str, Any]) -> str:
        names = [name for name in row if name not in {"id", "recorded_at"}]
        columns = ", ".join(f'"{name}"' for name in names)
        places = ", ".join(f"%({name})s" for name in names)
        returning = " RETURNING id" if table == "cases_case" else ""
        return f"INSERT INTO {table} ({columns}) VALUES ({places}){returning}"

    statements = [(table, statement(table, row), dict(row)) for table, row in rows]

    def write() -> None:
        for _ in range(count):
            case_id = None
            key = uuid.uuid4()
            for table, words, row in statements:
                if table == "cases_case":
                    counting = (
                        "UPDATE cases_numberseries SET last = last + 1"
                        " WHERE prefix = 'HY' AND year = 2026 RETURNING last"
                    )
                    last = connection.execute(counting).fetchone()
                    assert last is not None
                    row |= {"number": f"HY-2026-{last[0]:06}", "routing": Jsonb({"unit": "U001"})}
                    written = connection.execute(words, row).fetchone()
                    assert written is not None
                    case_id = written[0]
                    continue
                if "case_id" in row:
                    row["case_id"] = case_id
                if table == "events_event":
                    row |= {"subject_id": case_id, "client_id": key}
                connection.execute(words, row)
            connection.commit()

    return write


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--profile", action="store_true", help="where the time of filing goes")
    args = parser.parse_args()
    each = max(1, args.cases // args.rounds)
    with scratch():
        city = City()
        by_operation(city, 0, 200)
        if args.profile:
            import cProfile
            import pstats

            with cProfile.Profile() as profile:
                by_operation(city, 200, each)
            pstats.Stats(profile).sort_stats("cumulative").print_stats(60)
        write = bare(each, copied_rows())
        write()
        ours: list[float] = []
        theirs: list[float] = []
        spent = [0.0, 0.0]
        for number in range(args.rounds):
            begun, cpu = time.perf_counter(), time.process_time()
            by_operation(city, 10_000 + number * each, each)
            ours.append(each / (time.perf_counter() - begun))
            spent[0] += time.process_time() - cpu
            begun, cpu = time.perf_counter(), time.process_time()
            write()
            theirs.append(each / (time.perf_counter() - begun))
            spent[1] += time.process_time() - cpu
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    print(f"filed through the operation  {statistics.median(ours):8,.0f} cases/s")
    print(f"the same rows, bare psycopg  {statistics.median(theirs):8,.0f} cases/s")
    print(f"ratio                        {ratio:8.2f}   (goal 0.30)")
    per_case = [1e3 * one / (each * args.rounds) for one in spent]
    print(f"own processor time a case    {per_case[0]:8.2f} ms, bare {per_case[1]:.2f} ms")


if __name__ == "__main__":
    main()
