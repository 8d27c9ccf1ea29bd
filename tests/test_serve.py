"""`yanzhen serve` comes back, whoever is killed."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ASSET = "/static/vendor/htmx.min.js"
PATIENCE = 40.0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("home")
    subprocess.run([*YANZHEN, "init", "--quiet"], env=environment(path), check=True)
    return path


YANZHEN = [sys.executable, "-m", "yanzhen"]


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    return {**kept, "YANZHEN_HOME": str(home), "DATABASE_URL": ""}


class House:
    """One `yanzhen serve` and the processes it has started."""

    def __init__(self, home: Path, port: int) -> None:
        self.port = port
        words = [*YANZHEN, "serve", "--port", str(port), "--workers", "1"]
        self.master = subprocess.Popen(words, env=environment(home), stderr=subprocess.DEVNULL)

    def status(self, path: str = ASSET) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def children(self) -> dict[int, str]:
        found = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rsplit(")", 1)[1].split()
                words = (path.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except (OSError, IndexError):
                continue
            if int(fields[1]) == self.master.pid and fields[0] != "Z":
                found[int(path.parent.name)] = words
        return found

    def runner(self) -> int:
        return next((pid for pid, words in self.children().items() if "--only jobs" in words), 0)

    def worker(self) -> int:
        return next((pid for pid, words in self.children().items() if "--only" not in words), 0)

    def up(self) -> "House":
        wait_until(lambda: self.status() == 200 and self.runner() != 0, "the house to be up")
        return self

    def kill(self) -> None:
        self.master.send_signal(signal.SIGKILL)
        self.master.wait()


def wait_until(true: Callable[[], bool], what: str) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < give_up_at, f"waited in vain for {what}"
        time.sleep(0.1)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def house(home: Path, port: int) -> Iterator[House]:
    if not Path("/proc").is_dir():
        pytest.skip("looks at processes by /proc, which this system lacks")
    started = House(home, port)
    yield started.up()
    started.master.terminate()
    started.master.wait(timeout=30)


def test_a_killed_server_leaves_a_free_house_to_the_next(
    house: House, home: Path, port: int
) -> None:
    left = list(house.children())
    house.kill()

    again = House(home, port)
    try:
        again.up()
        wait_until(lambda: not any(map(alive, left)), "the orphans to end")
        assert again.status() == 200
    finally:
        again.master.terminate()
        assert again.master.wait(timeout=30) == 0


def test_a_killed_worker_is_replaced(house: House) -> None:
    worker = house.worker()
    os.kill(worker, signal.SIGKILL)

    wait_until(lambda: house.worker() not in {0, worker}, "another worker")
    assert house.status() == 200


def test_a_killed_job_runner_is_replaced(house: House) -> None:
    runner = house.runner()
    os.kill(runner, signal.SIGKILL)

    wait_until(lambda: house.runner() not in {0, runner}, "another job runner")


def test_a_stopped_server_takes_everybody_along(house: House) -> None:
    left = list(house.children())
    house.master.terminate()

    assert house.master.wait(timeout=30) == 0
    wait_until(lambda: not any(map(alive, left)), "the children to end")
    assert house.status() == 0


def test_a_port_that_is_taken_is_said_so(home: Path, house: House) -> None:
    words = [*YANZHEN, "serve", "--port", str(house.port), "--only", "web"]
    answer = subprocess.run(
        words, env=environment(home), capture_output=True, text=True, check=False, timeout=60
    )

    assert answer.returncode == 1
    assert answer.stderr.startswith(f"无法在 127.0.0.1:{house.port} 上监听")


def test_pages_are_sent_small_and_kept_for_ever(house: House, home: Path) -> None:
    hashed = next((home / "static/vendor").glob("htmx.min.*.js")).name
    request = urllib.request.Request(
        f"http://127.0.0.1:{house.port}/static/vendor/{hashed}",
        headers={"Accept-Encoding": "gzip, br"},
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        assert answer.headers["Content-Encoding"] == "br"
        assert "immutable" in answer.headers["Cache-Control"]
