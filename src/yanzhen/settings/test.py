"""For the tests: own scratch places, no slow hashing, plain static files."""

import os
import tempfile
from pathlib import Path

from yanzhen.settings.base import *  # noqa: F403 - settings are made of all of base

# Named after the process: any number of test runs may go on side by side on one machine.
SCRATCH = Path(tempfile.gettempdir()) / f"yanzhen-test-{os.getuid()}"
SCRATCH.mkdir(exist_ok=True, mode=0o700)
YANZHEN_HOME = SCRATCH / f"home-{os.getpid()}"
MEDIA_ROOT = YANZHEN_HOME / "files"
STATIC_ROOT = YANZHEN_HOME / "static"

SECRET_KEY = "only-for-tests"  # noqa: S105 - guards nothing
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # of one-time passwords
]
AXES_ENABLED = False  # the tests of the lock-out switch it on
STORAGES |= {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

if POSTGRES:
    POSTGRES |= {"CONN_MAX_AGE": 0, "TEST": {"NAME": f"test_yanzhen_{os.getpid()}"}}
else:
    # A file, not memory: threads of a live server have connections of their own, as in life.
    SQLITE |= {"NAME": SCRATCH / "unused.sqlite3"}
    SQLITE |= {"TEST": {"NAME": str(SCRATCH / f"test-{os.getpid()}.sqlite3")}}
    SQLITE["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
