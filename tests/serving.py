"""`yanzhen serve` as a process of its own, for tests that end it in every way there is."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

ASSET = "/static/vendor/htmx.min.js"
PATIENCE = 40.0

YANZHEN = [sys.executable, "-m", "yanzhen"]


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    return {**kept, "YANZHEN_HOME": str(home), "DATABASE_URL": ""}


class House:
    """One `yanzhen serve` and the processes it has started."""

    def __init__(self, given: dict[str, str], port: int) -> None:
        self.port = port
        words = [*YANZHEN, "serve", "--port", str(port), "--workers", "1"]
        self.master = subprocess.Popen(words, env=given, stderr=subprocess.DEVNULL)

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
