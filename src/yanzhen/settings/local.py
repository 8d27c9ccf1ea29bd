"""The embedded installation: one machine, plain HTTP, nothing to configure."""

from yanzhen.settings import base, env
from yanzhen.settings.base import *  # noqa: F403 - settings are made of all of base

SECRET_KEY = base.SECRET_KEY or env.kept_secret(base.YANZHEN_HOME / "secret_key")
