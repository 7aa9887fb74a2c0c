"""What every environment shares."""

from pathlib import Path

import django_stubs_ext

from lingnan.site import logs
from lingnan.site.systems import NAMES

from . import environment

django_stubs_ext.monkeypatch()  # lets models name their types: `models.Field[Decimal, Decimal]`

ENV = environment.read()
PACKAGE = Path(__file__).parents[2]

SECRET_KEY = ENV.secret_key
DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in ENV.allowed_hosts.split(",") if host.strip()]
ROOT_URLCONF = "lingnan.site.urls"
WSGI_APPLICATION = "lingnan.site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "kernel_parties.Account"

KERNEL = ("evidence", "places", "statutes", "parties", "observations", "cases")
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "lingnan.site.apps.SiteConfig",
    "lingnan.site.apps.ConsoleConfig",  # before the admin: its templates come first
    "django.contrib.admin.apps.SimpleAdminConfig",
    "lingnan.web",
    *(f"lingnan.kernel.{name}" for name in KERNEL),
    *(f"lingnan.systems.{name}" for name in NAMES),
]

DATABASES = {"default": environment.database(ENV)}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [
    ("zh-hans", "简体中文"),
    ("zh-hant", "繁體中文"),
    ("en", "English"),
    ("pt", "Português"),
]
LOCALE_PATHS = [PACKAGE / "web" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = ENV.folder / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "lingnan.web.assets.storage.NamedByContent"},
}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",  # the admin's templates ask for it
                "django.contrib.messages.context_processors.messages",
                "lingnan.web.context.shell",
            ]
        },
    }
]
MIDDLEWARE = [
    "lingnan.web.middleware.Observe",
    "lingnan.web.middleware.Smaller",
    "django.middleware.security.SecurityMiddleware",
    "lingnan.web.middleware.Headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "lingnan.web.middleware.Errors",
    "lingnan.web.middleware.ApiCsrf",
    "lingnan.web.idempotency.middleware.Idempotency",
]
AUTHENTICATION_BACKENDS = ["lingnan.web.backend.Accounts"]
CSRF_FAILURE_VIEW = "lingnan.web.handlers.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
LIVE_PATH = "/live/"
SESSION_COOKIE_NAME = "lingnan"
SESSION_COOKIE_AGE = 12 * 3600  # a working day; parties ends idle sessions sooner
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
BEHIND_PROXY = False  # only a proxy of our own may say where a request comes from
FILES_ROOT = ENV.folder / "files"
MATCHING_WEIGHTS = ENV.matching_weights
MATCHING_EMBEDDING = ENV.matching_embedding
PASSWORD_HASHERS = [
    "lingnan.web.hashing.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 2**20

logs.configure()
LOGGING = logs.logging_settings(ENV.log_level, as_json=ENV.env == "production")
