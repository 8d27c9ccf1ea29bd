"""`yanzhen serve` comes back, whoever is killed."""

import os
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import YANZHEN, House, alive, environment, wait_until


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("home")
    subprocess.run([*YANZHEN, "init", "--quiet"], env=environment(path), check=True)
    return path


@pytest.fixture
def house(home: Path, port: int) -> Iterator[House]:
    if not Path("/proc").is_dir():
        pytest.skip("looks at processes by /proc, which this system lacks")
    started = House(environment(home), port)
    yield started.up()
    started.master.terminate()
    started.master.wait(timeout=30)


def test_a_killed_server_leaves_a_free_house_to_the_next(
    house: House, home: Path, port: int
) -> None:
    left = list(house.children())
    house.kill()

    again = House(environment(home), port)
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
