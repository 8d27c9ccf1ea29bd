"""Everything that a Yanzhen installation can be told, read from the environment."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from yanzhen.settings import env

PACKAGE = Path(__file__).resolve().parent.parent

# --- Where things lie ---------------------------------------------------------------------------

YANZHEN_HOME = env.path("YANZHEN_HOME", Path.home() / ".local" / "share" / "yanzhen")
MEDIA_ROOT = YANZHEN_HOME / "files"
STATIC_ROOT = YANZHEN_HOME / "static"
STATIC_URL = "/static/"

# --- The city -----------------------------------------------------------------------------------

YANZHEN_BRAND = env.text("YANZHEN_BRAND", "雁阵")
YANZHEN_CITY_NAME = env.text("YANZHEN_CITY_NAME", "衡阳市")
YANZHEN_CITY_CODE = env.text("YANZHEN_CITY_CODE", "4304")  # every area's code begins with it
YANZHEN_CITY_PREFIX = env.text("YANZHEN_CITY_PREFIX", "HY")  # case numbers: HY-2026-000123
YANZHEN_WORK_HOURS = env.text("YANZHEN_WORK_HOURS", "08:30-12:00,14:00-17:30")
YANZHEN_CLOSE_ON_VERIFY = env.flag("YANZHEN_CLOSE_ON_VERIFY", default=True)
YANZHEN_RECURRENCE_DAYS = env.number("YANZHEN_RECURRENCE_DAYS", 90, at_least=1)
# A photo of the work taken farther from the place than this is shown to whoever verifies.
YANZHEN_PHOTO_FAR_METRES = env.number("YANZHEN_PHOTO_FAR_METRES", 300, at_least=1)
# By so much may the clock of a phone be wrong before a photo is thought to be too early or too late.
YANZHEN_PHOTO_CLOCK_MINUTES = env.number("YANZHEN_PHOTO_CLOCK_MINUTES", 10, at_least=0)

# --- The house ----------------------------------------------------------------------------------

INSTALLED_APPS = [
    # of the house, faces first, so that their templates win
    "yanzhen.desk",
    "yanzhen.exchange",
    "yanzhen.inspections",
    "yanzhen.intake",
    "yanzhen.cases",
    "yanzhen.frameworks",
    "yanzhen.units",
    "yanzhen.places",
    "yanzhen.figures",
    "yanzhen.files",
    "yanzhen.events",
    "yanzhen.accounts",
    "yanzhen.core",
    # what the house stands on
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "template_partials",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "yanzhen.core.middleware.CompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "yanzhen.core.middleware.PrintableMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "yanzhen.core.middleware.LanguageMiddleware",
    "yanzhen.accounts.middleware.DoorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "yanzhen.core.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "yanzhen.urls"
WSGI_APPLICATION = "yanzhen.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "yanzhen.core.context.city",
                "yanzhen.desk.context.frame",
            ],
        },
    },
]

# --- The database -------------------------------------------------------------------------------

SQLITE: dict[str, Any] = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": YANZHEN_HOME / "yanzhen.sqlite3",
    "CONN_MAX_AGE": None,  # opening the file costs more than most queries
    "OPTIONS": {
        "timeout": 20,
        # A writing transaction takes the file's lock before it looks: the stand-in for row locks.
        "transaction_mode": "IMMEDIATE",
        # FULL: what was answered is on the disk, even when the power goes.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
        "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;",
    },
}
POSTGRES = env.postgres("DATABASE_URL")
if POSTGRES:
    POSTGRES |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
DATABASES = {"default": POSTGRES or SQLITE}

# --- Who may come in ----------------------------------------------------------------------------

SECRET_KEY = env.text("YANZHEN_SECRET_KEY", "")
DEBUG = env.flag("YANZHEN_DEBUG", default=False)
ALLOWED_HOSTS = env.words("YANZHEN_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("YANZHEN_TRUSTED_ORIGINS")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "yanzhen.core.passwords.OneAtATimeArgon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "yanzhen.accounts.strength.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "yanzhen.accounts.strength.ThreeKinds"},
    {"NAME": "yanzhen.accounts.strength.NotOneself",
     "OPTIONS": {"user_attributes": ["username", "full_name", "phone"]}},
    {"NAME": "yanzhen.accounts.strength.NotCommon"},
]  # fmt: skip

LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
SESSION_COOKIE_AGE = env.number("YANZHEN_SESSION_HOURS", 12, at_least=1) * 3600
SESSION_COOKIE_NAME = "yanzhen_session"
CSRF_COOKIE_NAME = "yanzhen_csrf"
CSRF_COOKIE_HTTPONLY = True  # scripts read the token from the page
CSRF_FAILURE_VIEW = "yanzhen.accounts.views.csrf_failed"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_CALLABLE = "yanzhen.accounts.views.locked"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the time that the page says is kept
# What somebody had typed into a form ("kept") is no business of a log either.
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "kept"]
AXES_DISABLE_ACCESS_LOG = True  # the event record says who signed in
AXES_VERBOSE = False

# --- What a browser may do ----------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# --- Files --------------------------------------------------------------------------------------

STATICFILES_DIRS = [PACKAGE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = False  # a missing picture is not worth an error page
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # larger uploads go to disk while they arrive

# --- Time and language --------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
LANGUAGE_CODE = "zh-hans"  # for everybody; a user's own setting overrides it, a browser's never
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("英文"))]
LOCALE_PATHS = [PACKAGE / "locale"]

# --- The log ------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname:<7} {name}: {message}", "style": "{"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr},
    },
    "root": {"handlers": ["stderr"], "level": env.text("YANZHEN_LOG_LEVEL", "WARNING")},
    "loggers": {
        "yanzhen": {"level": env.text("YANZHEN_LOG_LEVEL", "INFO")},
        "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "axes": {"level": "WARNING"},
    },
}
