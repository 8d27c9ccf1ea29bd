"""What a page of the ledger takes at a million cases, beside the same page at ten thousand.

    ./dev bench ledger [--cases 1000000] [--small 10000] [--open 4000] [--rounds 9]

Fills two empty databases by plain SQL, PostgreSQL where `DATABASE_URL` names a server (databases of
our own are made and dropped), else SQLite in a scratch home, and asks for the same addresses in
both as an operator of the whole city and as a handler of one unit: the whole page as a browser
gets it, frame and all. However long its books are, a city works at some thousands of cases at a
time: `--open` of them are open in both. Goals: at most 2 times, 50 ms on PostgreSQL, 100 on SQLite.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

NAME = "yanzhen_bench_ledger"
YEARS = 6
DISTRICTS, STREETS, COMMUNITIES, UNITS, SITES = 12, 190, 2400, 400, 1200
WHAT = (
    "路灯不亮", "垃圾桶满溢", "井盖破损", "占道经营", "乱停车", "小广告", "绿化带黄土裸露", "公厕有异味",
    "消防通道被占", "飞线充电", "盲道被占", "路面破损积水", "公益广告褪色", "楼道堆物", "噪声扰民", "水管漏水",
    "流动摊贩聚集", "护栏损坏", "标线不清", "建筑垃圾堆放",
)  # fmt: skip
WHERE = (
    "路口东侧",
    "小区北门",
    "市场入口",
    "学校门前",
    "公园西门",
    "车站广场",
    "背街转角",
    "桥头南侧",
)
HOW = ("已持续多日，行人绕行，", "雨后更重，老人摔过一跤，", "夜间看不清，", "白天也这样，")
RARE = "衡州大道鸿雁雕塑基座松动"
ADDRESSES = (
    ("first page", "operator", "/cases/"),
    ("first page, open ones", "operator", "/cases/?status=open"),
    ("today's watch", "operator", "/cases/?due=watch"),
    ("filtered: district, source, done", "operator",
     "/cases/?area=430403&source=hotline&status=closed"),
    ("filtered: category, severe, a month", "operator",
     "/cases/?category=c3&severity=severe&found_from={month}&found_to={today}"),
    ("filtered: a unit's", "operator", "/cases/?unit=U7"),
    ("filtered: a site's", "operator", "/cases/?site=S000011"),
    ("deep page, the middle of all", "operator", "/cases/?after={deep}"),
    ("deep page, near the end", "operator", "/cases/?after={end}"),
    ("ledger words, frequent", "operator", "/cases/?q=路灯"),
    ("ledger words, rare", "operator", "/cases/?q=鸿雁雕塑"),
    ("search, frequent word", "operator", "/search/?q=垃圾"),
    ("search, two words", "operator", "/search/?q=路灯 车站"),
    ("search, rare word", "operator", "/search/?q=雕塑基座"),
    ("search, a number", "operator", "/search/?q=000123"),
    ("inbox of the office", "operator", "/"),
    ("a unit's ledger", "handler", "/cases/"),
    ("inbox of a unit", "handler", "/"),
    ("a street's ledger", "keeper", "/cases/"),
)  # fmt: skip


# --- A place to work ------------------------------------------------------------------------------


@contextmanager
def scratch() -> Iterator[str]:
    """A database of our own, dropped afterwards; the name of the engine is returned."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "yanzhen.settings.local"
    os.environ["YANZHEN_SECRET_KEY"] = "bench"
    os.environ["YANZHEN_DEBUG"] = "false"
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
            os.environ["DATABASE_URL"] = server


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


def count(number: int) -> str:
    big = "BIGINT" if os.environ.get("DATABASE_URL") else "INTEGER"
    return (
        f"WITH RECURSIVE n(i) AS (SELECT CAST(1 AS {big}) UNION ALL "
        f"SELECT i + 1 FROM n WHERE i < {number})"
    )


def text(number: str, width: int) -> str:
    """A number with noughts before it, as both engines write it."""
    return f"substr(CAST({10**width} + {number} AS VARCHAR({width + 1})), 2)"


def net() -> Iterator[str]:
    """A city with its districts, streets, communities, units and sites."""
    area = "INSERT INTO places_area (code, name, level, parent_code, is_active)"
    street = f"(430401 + ((i - 1) % {STREETS}) % {DISTRICTS})"
    own = f"CAST({street} AS VARCHAR(6)) || {text(f'((i - 1) % {STREETS} + 1)', 3)}"
    yield f"{area} VALUES ('4304', '某市', 'city', NULL, true)"
    yield (
        f"{area} {count(DISTRICTS)} SELECT CAST(430400 + i AS VARCHAR(6)), '第' || i || '区', "
        f"'district', '4304', true FROM n"
    )
    yield (
        f"{area} {count(STREETS)} SELECT {own}, '第' || i || '街道', 'street', "
        f"CAST({street} AS VARCHAR(6)), true FROM n"
    )
    yield (
        f"{area} {count(COMMUNITIES)} SELECT {own} || {text('i % 1000', 3)} || CAST(i / 1000 AS VARCHAR(1)), "
        f"'第' || i || '社区', 'community', {own}, true FROM n"
    )
    yield (
        "INSERT INTO units_unit (code, name, short_name, kind, area_code, path, is_active) "
        f"{count(UNITS)} SELECT 'U' || i, '第' || i || '责任单位', '', 'district', "
        f"CAST(430401 + i % {DISTRICTS} AS VARCHAR(6)), '/U' || i || '/', true FROM n"
    )
    yield (
        'INSERT INTO places_sitetype (code, name, "group", fields, sort, is_active) '
        f"{count(40)} SELECT 't' || i, '第' || i || '类点位', '一类', '[]', i, true FROM n"
    )
    yield (
        "INSERT INTO cases_category (code, name, words, severity, sort, is_active) "
        f"{count(60)} SELECT 'c' || i, '第' || i || '类问题', '', 'normal', i, true FROM n"
    )
    community = f"({dice(21, COMMUNITIES)} + 1)"
    yield (
        "INSERT INTO places_site (code, name, type_code, area_code, address, source_crs, status, "
        f"attributes, contact, contact_phone, search_grams) {count(SITES)} "
        f"SELECT 'S' || {text('i', 6)}, '第' || i || '处点位', 't' || (1 + i % 40), "
        f"{own.replace('(i - 1)', f'({community} - 1)')} || {text(f'{community} % 1000', 3)} || "
        f"CAST({community} / 1000 AS VARCHAR(1)), '某路 ' || i || ' 号', 'wgs84', 'active', '{{}}', '', '', "
        f"' 点位 ' FROM n"
    )


def sayings() -> list[tuple[int, str, str, str]]:
    """What is said of cases, with the pairs by which it is found: several hundred kinds of it."""
    from yanzhen.core.text import gram_text

    found: list[tuple[int, str, str, str]] = []
    for what in WHAT:
        for where in WHERE:
            for how in HOW:
                title, words = f"{where}{what}", f"{how}请尽快处理。"
                found.append((len(found), title, words, gram_text([title, words])))
    return found


def cases(number: int, open_ones: int, now: datetime) -> Iterator[str]:
    """The cases of six years; the last of them are still open, one in ten of these is late."""
    end = int(now.timestamp())
    filed = (
        f"{end} - 7200 - CAST(({number} - i) * 1.0 / {number} * {YEARS * 365 * 86400} AS BIGINT)"
    )
    if not os.environ.get("DATABASE_URL"):
        filed = filed.replace("BIGINT", "INTEGER")
    sayings_count = len(sayings())
    status = (
        f"CASE WHEN i <= {number - open_ones} THEN CASE WHEN {dice(1, 100)} < 4 THEN 'declined' ELSE 'closed' END "
        f"ELSE CASE {dice(2, 12)} WHEN 0 THEN 'reported' WHEN 1 THEN 'filed' WHEN 2 THEN 'dispatched' "
        f"WHEN 3 THEN 'rework' WHEN 4 THEN 'submitted' WHEN 5 THEN 'submitted' WHEN 6 THEN 'parked' "
        f"ELSE 'acknowledged' END END"
    )
    with_unit = "status NOT IN ('reported', 'filed', 'declined')"
    due = (
        f"CASE WHEN {dice(3, 10)} = 0 THEN {end} - 3600 * (1 + {dice(4, 300)}) "
        f"ELSE {end} + 3600 * (1 + {dice(5, 120)}) END"
    )
    yield (
        "INSERT INTO cases_case (id, number, kind, title, words, source, source_number, severity, category_code, "
        "site_code, site_type_code, area_code, address, found_at, filed_at, dispatched_at, clock_from_at, parked_from, "
        "is_imported, hours, status, unit_code, due_at, verify_due_at, acknowledged_at, submitted_at, verified_at, "
        "closed_at, recurrence_of_id, return_count, rework_count, submission_count, extension_count) "
        f"SELECT i, 'HY-' || CAST(2020 + i * 6 / {number} AS VARCHAR(4)) || '-' || {text('i', 7)}, "
        "'problem', said.title, "
        "said.words, CASE i % 4 WHEN 0 THEN 'hotline' WHEN 1 THEN 'snapshot' ELSE 'inspection' END, '', "
        f"CASE {dice(6, 20)} WHEN 0 THEN 'severe' WHEN 1 THEN 'serious' ELSE 'normal' END, "
        f"'c' || (1 + {dice(7, 60)}), site.code, site.type_code, site.area_code, '', "
        f"{moment('filed - 3600')}, {moment('filed')}, CASE WHEN {with_unit} THEN {moment('filed + 600')} END, "
        f"CASE WHEN {with_unit} THEN {moment('filed + 600')} END, "
        "CASE status WHEN 'parked' THEN 'acknowledged' ELSE '' END, "
        f"false, 'calendar', status, CASE WHEN {with_unit} THEN 'U' || (1 + {dice(8, UNITS)}) END, "
        f"CASE WHEN status = 'closed' THEN {moment('filed + 259200')} WHEN {with_unit} AND status <> 'parked' "
        f"THEN {moment(due)} END, CASE status WHEN 'submitted' THEN {moment(due)} END, "
        f"CASE WHEN {with_unit} AND status <> 'dispatched' THEN {moment('filed + 7200')} END, "
        f"CASE WHEN status IN ('submitted', 'closed') THEN {moment('filed + 90000')} END, "
        f"CASE status WHEN 'closed' THEN {moment('filed + 100000')} END, "
        f"CASE status WHEN 'closed' THEN {moment('filed + 100000')} END, "
        f"CASE WHEN {dice(9, 25)} = 0 AND i > 1 THEN i - 1 END, 0, CASE WHEN {dice(10, 15)} = 0 THEN 1 ELSE 0 END, "
        "CASE WHEN status IN ('submitted', 'closed') THEN 1 ELSE 0 END, 0 "
        f"FROM (SELECT i, {filed} AS filed, {status} AS status, {dice(11, sayings_count)} AS say, "
        f"1 + {dice(12, SITES)} AS place FROM ({count(number)} SELECT i FROM n) AS all_of_them) AS made "
        "JOIN said ON said.id = made.say JOIN place AS site ON site.id = made.place ORDER BY i"
    )
    yield (
        "INSERT INTO cases_casewords (case_id, grams) SELECT c.id, said.grams FROM cases_case AS c "
        "JOIN said ON said.title = c.title AND said.words = c.words ORDER BY c.id"
    )
    took = "status IN ('acknowledged', 'rework', 'submitted')"
    yield (
        "INSERT INTO cases_assignment (case_id, unit_code, dispatched_by_id, dispatched_at, first_due_at, "
        "acknowledged_at, ending) SELECT id, unit_code, {actor}, dispatched_at, due_at, acknowledged_at, '' "
        f"FROM cases_case WHERE {took} ORDER BY id"
    )


def fill(number: int, open_ones: int, now: datetime) -> None:
    """Write everything, then let the engine look at what it has, as its housekeeping would."""
    from django.db import connection, transaction

    from yanzhen.accounts.operations import system_user

    with transaction.atomic():
        actor = system_user()
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if postgres:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("SET synchronous_commit = off")
        else:
            cursor.execute("PRAGMA foreign_keys = OFF")
        for statement in net():
            cursor.execute(statement)
        cursor.execute(
            "CREATE TABLE said (id INTEGER PRIMARY KEY, title TEXT, words TEXT, grams TEXT)"
        )
        cursor.executemany("INSERT INTO said VALUES (%s, %s, %s, %s)", sayings())
        cursor.execute(
            "CREATE TABLE place AS SELECT row_number() OVER (ORDER BY code) AS id, code, type_code, "
            "area_code FROM places_site"
        )
        for statement in cases(number, open_ones, now):
            cursor.execute(statement.replace("{actor}", str(actor.pk)))
        rare(cursor, number)
        cursor.execute("DROP TABLE said")
        cursor.execute("DROP TABLE place")
        if postgres:
            cursor.execute("SET session_replication_role = origin")
            cursor.execute(
                "INSERT INTO cases_numberseries (prefix, year, last, floor) VALUES ('HY', 2026, 1, 0)"
            )
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("PRAGMA foreign_keys = ON")
            cursor.execute(
                "INSERT INTO cases_numberseries (prefix, year, last, floor) VALUES ('HY', 2026, 1, 0)"
            )
            cursor.execute("ANALYZE")


def rare(cursor: Any, number: int) -> None:
    """Three cases somewhere in the books of which nobody else speaks."""
    from yanzhen.core.text import gram_text

    for place in (number // 3, number // 2, number - 5):
        cursor.execute("UPDATE cases_case SET title = %s WHERE id = %s", [RARE, place])
        cursor.execute(
            "UPDATE cases_casewords SET grams = %s WHERE case_id = %s", [gram_text([RARE]), place]
        )


# --- Measuring ------------------------------------------------------------------------------------


def readers() -> dict[str, Any]:
    """A browser for each of the people who read."""
    from django.test import Client

    from yanzhen.accounts.enums import Role
    from yanzhen.accounts.models import Post, User
    from yanzhen.places.models import Area

    street = Area.objects.filter(level="street").order_by("code").values_list("code", flat=True)[5]
    scopes = {
        "operator": (Role.OPERATOR, "4304", ""),
        "handler": (Role.HANDLER, "", "U7"),
        "keeper": (Role.KEEPER, street, ""),
    }
    found = {}
    for name, (role, area, unit) in scopes.items():
        user = User(username=name, full_name=name)
        user.set_unusable_password()
        user.save()
        Post.objects.create(
            user=user,
            role=role,
            area_code=area,
            unit_code=unit,
            from_on=datetime(2020, 1, 1, tzinfo=UTC),
        )
        found[name] = Client(HTTP_HOST="localhost")
        found[name].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return found


def addresses(number: int, now: datetime) -> list[tuple[str, str, str]]:
    """The addresses, with cursors into the midst of these very books."""
    from yanzhen.cases.models import Case
    from yanzhen.cases.queries.asking import ORDERS, Sort
    from yanzhen.core.paging import place_of

    order = ORDERS[Sort.NEWEST]
    middle, last = Case.objects.get(pk=number // 2), Case.objects.get(pk=number // 50)
    facts = {
        "deep": place_of(middle, order, number // 2).text(order),
        "end": place_of(last, order, number).text(order),
        "month": (now - timedelta(days=30)).date().isoformat(),
        "today": now.date().isoformat(),
    }
    return [(words, who, url.format(**facts)) for words, who, url in ADDRESSES]


def measure(
    number: int, rounds: int, now: datetime, explain: str
) -> dict[str, tuple[float, float, int]]:
    """Milliseconds of the page and of its queries, and how many there are, for each address."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    clients = readers()
    taken = {}
    for words, who, url in addresses(number, now):
        pages: list[float] = []
        queries: list[float] = []
        asked = CaptureQueriesContext(connection)
        for turn in range(rounds + 2):
            asked = CaptureQueriesContext(connection)
            with asked:
                began = time.perf_counter()
                response = clients[who].get(url)
                pages.append((time.perf_counter() - began) * 1000)
            assert response.status_code in {200, 303}, (url, response.status_code)
            queries.append(sum(float(one["time"]) for one in asked) * 1000)
            if turn < 2:
                pages.clear()
                queries.clear()
        taken[words] = (statistics.median(pages), statistics.median(queries), len(asked))
        if explain and explain in words:
            for one in sorted(asked, key=lambda one: -float(one["time"]))[:4]:
                print(f"    {float(one['time']) * 1000:6.1f} ms  {one['sql'][:3000]}")
    return taken


def run(number: int, args: argparse.Namespace) -> tuple[str, dict[str, tuple[float, float, int]]]:
    import django
    from django.apps import apps

    with scratch() as engine:
        if not apps.ready:
            django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connections

        connection = connections["default"]
        if engine == "SQLite":
            connection.close()
            connection.settings_dict["NAME"] = str(
                Path(os.environ["YANZHEN_HOME"]) / "bench.sqlite3"
            )
        else:
            connection.close()
            connection.settings_dict["NAME"] = NAME
        settings.STORAGES["staticfiles"] = {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        }
        call_command("migrate", interactive=False, verbosity=0)
        now = datetime.now(UTC)
        began = time.perf_counter()
        fill(number, min(args.open, number // 2), now)
        print(
            f"{engine}: {number:,} cases over {YEARS} years, written in {time.perf_counter() - began:.0f} s",
            flush=True,
        )
        taken = measure(number, args.rounds, now, args.explain)
        connection.close()
    return engine, taken


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--open", type=int, default=4_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument(
        "--explain", default="", help="show the slowest queries of lines with this word"
    )
    args = parser.parse_args()
    _engine, small = run(args.small, args)
    engine, large = run(args.cases, args)
    goal = 50 if engine == "PostgreSQL" else 100
    print(f"\n{'':38}{'page ms':>16}{'in queries':>16}{'queries':>9}{'ratio':>8}")
    print(f"{'':38}{args.small:>8,}{args.cases:>8,}"[:60])
    for words, (page, queries, number) in large.items():
        before = small[words]
        flag = "" if page <= goal and page / before[0] <= 2 else "  !"
        print(
            f"{words:<38}{before[0]:8.1f}{page:8.1f}{before[1]:8.1f}{queries:8.1f}{number:9}"
            f"{page / before[0]:8.2f}{flag}"
        )


if __name__ == "__main__":
    main()
