"""What was accepted is there after `kill -9`, and what was not can simply be sent again."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from tests.serving import House, environment

WRITERS, EACH = 4, 25

PEOPLE = """
import django
django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import Post, User
user = User(username="kill", full_name="值班")
user.set_unusable_password()
user.save()
Post.objects.create(user=user, role=Role.OPERATOR, area_code="4304", from_on=timezone.localdate())
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
print(session.session_key)
"""

CASES = """
import json
import django
django.setup()
from yanzhen.cases.models import Case
from yanzhen.events.models import Event
print(json.dumps({
    "titles": list(Case.objects.order_by("pk").values_list("title", flat=True)),
    "numbers": list(Case.objects.order_by("number").values_list("number", flat=True)),
    "ids": [str(one) for one in Event.objects.exclude(client_id=None)
            .order_by("pk").values_list("client_id", flat=True)],
}))
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A house of its own, on the engine that the tests run on."""
    given = environment(tmp_path) | {"DJANGO_SETTINGS_MODULE": "yanzhen.settings.local"}
    if connection.vendor == "sqlite":
        yield given
        return
    about = connection.settings_dict
    name = f"kill_{os.getpid()}"
    words = {key: about[key.upper()] for key in ("user", "password", "host", "port")}
    with psycopg.connect(dbname="postgres", autocommit=True, **words) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        where = f"{about['HOST']}:{about['PORT']}/{name}"
        user = f"{quote(about['USER'])}:{quote(about['PASSWORD'])}"
        yield given | {"DATABASE_URL": f"postgres://{user}@{where}"}
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def told(given: dict[str, str], *words: str) -> str:
    answer = subprocess.run(
        [sys.executable, *words], env=given, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


class Writer:
    """Somebody who writes matters down, one after the other, until the line goes dead."""

    def __init__(self, port: int, session: str, number: int) -> None:
        self.port, self.cookie = port, f"yanzhen_session={session}"
        self.unsent = [
            {"client_id": str(uuid.uuid4()), "title": f"第 {number} 人的第 {count} 件"}
            for count in range(EACH)
        ]
        self.accepted: list[dict[str, str]] = []
        self.addresses: dict[str, str] = {}

    def write(self) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        # When the server is gone, what was not answered stays unsent.
        with suppress(OSError, http.client.HTTPException), closing(line):
            line.request("GET", "/cases/new/", headers={"Cookie": self.cookie})
            answer = line.getresponse()
            page = answer.read().decode()
            csrf = re.search(r"yanzhen_csrf=([^;]+)", answer.headers["Set-Cookie"])
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
            assert csrf
            assert token
            while self.unsent:
                self.send(line, self.unsent[0], csrf[1], token[1])

    def send(
        self, line: http.client.HTTPConnection, matter: dict[str, str], csrf: str, token: str
    ) -> None:
        form = {"words": "很多", "area": "4304", "source": "other", "seen": "yes"} | matter
        line.request(
            "POST",
            "/cases/new/",
            body=urlencode(form | {"csrfmiddlewaretoken": token}),
            headers={
                "Cookie": f"{self.cookie}; yanzhen_csrf={csrf}",
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        answer = line.getresponse()
        page = answer.read().decode(errors="replace")
        assert answer.status == 303, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))[:2000]
        self.addresses[matter["client_id"]] = answer.headers["Location"]
        self.accepted.append(self.unsent.pop(0))


def work(writers: list[Writer], *, kill: House | None = None) -> None:
    threads = [threading.Thread(target=writer.write) for writer in writers]
    for thread in threads:
        thread.start()
    while kill and sum(len(writer.accepted) for writer in writers) < 10:
        time.sleep(0.005)
    if kill:
        everybody = [kill.master.pid, *kill.children()]
        for pid in everybody:
            os.kill(pid, signal.SIGKILL)
        kill.master.wait()
    for thread in threads:
        thread.join()


def test_what_was_accepted_survives_and_what_was_not_can_be_sent_again(
    home: dict[str, str], port: int
) -> None:
    told(home, "-m", "yanzhen", "init", "--quiet")
    session = told(home, "-c", PEOPLE).strip()
    writers = [Writer(port, session, number) for number in range(WRITERS)]

    first = House(home, port).up()
    work(writers, kill=first)
    accepted = [matter for writer in writers for matter in writer.accepted]
    before = json.loads(told(home, "-c", CASES))
    assert 10 <= len(accepted) < WRITERS * EACH  # it was killed in the midst of it
    assert {matter["title"] for matter in accepted} <= set(before["titles"])
    assert {matter["client_id"] for matter in accepted} <= set(before["ids"])

    # Everybody sends again what was not answered, and once more what was.
    answered = dict(writers[-1].addresses)
    for writer in writers:
        writer.unsent = [*writer.accepted[-2:], *writer.unsent]
    second = House(home, port).up()
    try:
        work(writers)
    finally:
        second.master.terminate()
        second.master.wait(timeout=30)

    after = json.loads(told(home, "-c", CASES))
    assert all(not writer.unsent for writer in writers)
    assert answered.items() <= writers[-1].addresses.items()  # the same answer as before
    assert len(after["titles"]) == len(set(after["titles"])) == WRITERS * EACH
    serial = [int(number.rsplit("-", 1)[1]) for number in after["numbers"]]
    assert serial == list(range(1, WRITERS * EACH + 1))
    told(home, "-m", "yanzhen", "check")
