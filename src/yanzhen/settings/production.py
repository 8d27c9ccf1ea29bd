"""A city's installation: behind TLS, its secrets and host names given, never made up."""

from yanzhen.settings import env
from yanzhen.settings.base import *  # noqa: F403 - settings are made of all of base

SECRET_KEY = env.text("YANZHEN_SECRET_KEY")
ALLOWED_HOSTS = env.words("YANZHEN_HOSTS", env.text("YANZHEN_HOSTS"))
DEBUG = False

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
AXES_CLIENT_IP_CALLABLE = "yanzhen.accounts.http.caller"  # else all would share one lock-out
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
