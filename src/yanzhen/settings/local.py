"""The embedded installation: one machine, plain HTTP, nothing to configure."""

from yanzhen.settings import env
from yanzhen.settings.base import *  # noqa: F403 - settings are made of all of base

if not SECRET_KEY:
    SECRET_KEY = env.kept_secret(YANZHEN_HOME / "secret_key")
