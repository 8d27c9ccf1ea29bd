"""A job runner in a process of its own, over the tests' database, that a test may kill.

Called as `python -m yanzhen.core.tests.worker DATABASE HOME`.
"""

import os
import sys
import time
from pathlib import Path

import django
from django.conf import settings


def main(database: str, home: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yanzhen.settings.test")
    settings.DATABASES["default"]["NAME"] = database
    settings.YANZHEN_HOME = Path(home)
    django.setup()
    from yanzhen.core import jobs
    from yanzhen.core.runner import Runner

    @jobs.job("test.long")
    def long(run: jobs.Run, *, notes: str) -> str:
        """Write down each beginning and end; the first attempt goes on until it is killed."""
        with Path(notes).open("a", encoding="utf-8") as file:
            print(f"begin {run.attempt}", file=file, flush=True)
            if run.attempt == 1:
                time.sleep(600)
            print(f"end {run.attempt}", file=file, flush=True)
        return "fine"

    Runner(threads=1).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
