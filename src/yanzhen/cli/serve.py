"""`yanzhen serve`: the web server, and beside it the process that does the jobs and keeps the clock.

One command starts both. The server is the parent: it restarts a worker or a job runner that
dies, and when it is killed itself they notice and end, so that the next start finds a free house.
"""

import argparse
import errno
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.urls import get_resolver
from django.utils.translation import gettext_lazy as _
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from yanzhen.cli import assets
from yanzhen.core.errors import Refused

RESTART_SECONDS = 5.0
PATIENCE_SECONDS = 8.0


class CannotListen(Refused):
    """The address is somebody else's, or not ours to take."""

    code = "cannot_listen"
    message = _(
        "无法在 %(address)s 上监听（%(reason)s），请用 --port 换一个端口，或停止占用它的程序。"
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bind", default="127.0.0.1", help="监听地址，默认只限本机")
    parser.add_argument(
        "--port", type=port, default=os.environ.get("PORT", "8000"), help="端口，默认 8000 或 PORT"
    )
    parser.add_argument("--workers", type=positive, default=2, help="网站进程数，默认 2")
    parser.add_argument("--threads", type=positive, default=4, help="每个进程的线程数，默认 4")
    parser.add_argument(
        "--only", choices=["web", "jobs"], help="只启动网站（web）或只做后台任务（jobs）"
    )
    parser.add_argument("--parent", type=int, help=argparse.SUPPRESS)


def port(text: str) -> int:
    number = int(text)
    if not 0 < number < 65536:  # noqa: PLR2004 - the size of a port number
        raise ValueError
    return number


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def run(args: argparse.Namespace) -> int:
    if args.only == "jobs":
        from yanzhen.core.runner import Runner

        Runner(parent=args.parent).run()
        return 0
    serve(
        bind=args.bind,
        port=args.port,
        workers=args.workers,
        threads=args.threads,
        with_jobs=args.only is None,
    )
    return 0


def serve(
    *,
    bind: str = "127.0.0.1",
    port: int = 8000,
    workers: int = 2,
    threads: int = 4,
    with_jobs: bool = True,
) -> None:
    """Serve until told to stop. Called last: the process becomes the server's."""
    require_address(bind, port)
    assets.collect()
    host = f"[{bind}]" if ":" in bind else bind
    shown = "127.0.0.1" if bind in {"0.0.0.0", "::"} else host  # noqa: S104 - only compared
    options = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "threads": threads,
        "worker_class": "gthread",
        "timeout": 120,
        "graceful_timeout": 20,
        "limit_request_line": 8190,  # a filter in Chinese is long in an address
        "loglevel": "warning",
        "control_socket_disable": True,
        "preload_app": True,  # loaded once, shared by all workers
        "pre_fork": close_connections,
        "when_ready": lambda _server: print(f"网站已启动：http://{shown}:{port}/", flush=True),
    }
    if Path("/dev/shm").is_dir():  # noqa: S108 - heartbeats of workers, no data
        options["worker_tmp_dir"] = "/dev/shm"  # noqa: S108 - as above
    House(options, with_jobs=with_jobs).run()


def require_address(bind: str, port: int) -> None:
    """Refuse to start where nobody can listen; workers of a killed server get time to end."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            socket.create_server((bind, port), family=family_of(bind)).close()
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < give_up_at:
                time.sleep(0.2)
                continue
            raise CannotListen(address=f"{bind}:{port}", reason=error.strerror) from error
        return


def family_of(bind: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in bind else socket.AF_INET


def close_connections(_server: object, _worker: object) -> None:
    """Let no database connection cross a fork."""
    connections.close_all()


class House(BaseApplication):  # type: ignore[misc]  # gunicorn carries no types
    """Gunicorn, told what to serve by arguments instead of a file."""

    def __init__(self, options: dict[str, Any], *, with_jobs: bool) -> None:
        self.options = options
        self.with_jobs = with_jobs
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        application = WSGIHandler()
        _ = get_resolver().url_patterns  # the first visitor need not wait for imports
        return application

    def run(self) -> None:
        Steward(self).run()


class Steward(Arbiter):  # type: ignore[misc]  # gunicorn carries no types
    """Gunicorn's master, who looks after the job runner as it does after its workers."""

    jobs: "subprocess.Popen[bytes] | None" = None
    jobs_started = 0.0

    def manage_workers(self) -> None:
        super().manage_workers()
        if not self.app.with_jobs or (self.jobs and self.jobs.poll() is None):
            return
        if time.monotonic() - self.jobs_started < RESTART_SECONDS:
            return
        if self.jobs:
            print("后台任务进程意外结束，重新启动。", file=sys.stderr, flush=True)
        self.jobs_started = time.monotonic()
        words = [sys.executable, "-m", "yanzhen", "serve", "--only", "jobs"]
        self.jobs = subprocess.Popen([*words, "--parent", str(os.getpid())])  # noqa: S603 - our own

    def stop(self, graceful: bool = True) -> None:  # noqa: FBT001, FBT002 - gunicorn's signature
        if self.jobs and self.jobs.poll() is None:
            self.jobs.terminate()
        super().stop(graceful)
        if self.jobs:
            try:
                self.jobs.wait(timeout=self.cfg.graceful_timeout)
            except subprocess.TimeoutExpired:
                self.jobs.kill()
