"""Every setting, read from the environment once, with its type and its default."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from lingnan.site.pruning import Retention

PREFIX = "LINGNAN_"
SECRET = {"secret_key", "metrics_token", "message_secret", "mail_url"}
MEMORY = re.compile(r"^\d+(\.\d+)?\s?(MB|GB|TB|MiB|GiB|TiB)$", re.IGNORECASE)
WEAK_KEY = "development-only-key-never-for-production"


class Misconfigured(Exception):
    """What is wrong with the settings, one line each."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


def setting(default: Any, about: str) -> Any:
    return field(default=default, metadata={"about": about})


@dataclass(frozen=True)
class Environment:
    """Field `data` is read from `LINGNAN_DATA`, and so on.

    `docs/guide/settings.md` lists them; a test compares.
    """

    env: str = setting("development", "development, production or test")
    data: str = setting("var", "folder of everything written: database, segments, files, keys")
    database_url: str = setting(
        "", "postgresql://user:password@host:port/name; empty: SQLite in the data folder"
    )
    secret_key: str = setting(WEAK_KEY, "signs sessions; at least 50 characters in production")
    allowed_hosts: str = setting(
        "127.0.0.1,localhost,[::1]", "host names served, separated by commas"
    )
    listen: str = setting("127.0.0.1:8000", "address and port of `lingnan serve`")
    workers: int = setting(1, "web worker processes")
    https: bool = setting(
        False, "cookies only over HTTPS and HSTS; on in production unless switched off"
    )
    metrics_token: str = setting("", "asked for at /metrics as bearer token; empty: open")
    log_level: str = setting("INFO", "DEBUG, INFO, WARNING or ERROR")
    demo: bool = setting(False, "accept synthetic identifiers of the unassigned area 4499")
    seal_rows: int = setting(
        20_000, "values of one approval that still go to SQL rows instead of a segment"
    )
    memory_limit: str = setting("2GB", "most memory one analytical query may use")
    mail_url: str = setting(
        "", "smtp://user:password@host:port?from=address&domain=domain; empty: no mail"
    )
    sms_url: str = setting("", "gateway that takes signed messages; empty: no SMS")
    webhook_url: str = setting("", "office platform that takes signed messages; empty: none")
    message_secret: str = setting("", "signs what goes to the gateway and the webhook")
    threads: int = setting(0, "threads of the analytical engine; 0: all cores")
    matching_weights: str = setting(
        "", "file of `lingnan reporting learn --out`; empty: the weights shipped"
    )
    matching_embedding: str = setting(
        "", "package.module:function from texts to rows of numbers; empty: off"
    )

    backup_store: str = setting(
        "", "folder of `lingnan backup`, pruned by the worker once a day; empty: not pruned"
    )
    backup_keep: str = setting(
        "7,35,120", "days of which every snapshot stays, days with one each, months with one each"
    )

    @property
    def folder(self) -> Path:
        return Path(self.data).resolve()


def read(environ: Mapping[str, str] = os.environ) -> Environment:
    """Raises `Misconfigured` with every fault found, not only the first."""
    values: dict[str, Any] = {}
    faults: list[str] = []
    known = {PREFIX + f.name.upper(): f for f in fields(Environment)}
    for name, spec in known.items():
        raw = environ.get(name)
        if raw is None:
            continue
        try:
            values[spec.name] = _convert(raw, type(spec.default))
        except ValueError as wrong:
            faults.append(f"{name}={raw!r}: {wrong}")
    strangers = [n for n in environ if n.startswith(PREFIX) and n not in known]
    faults += [f"{name}: no such setting" for name in strangers]
    if values.get("env") == "production":
        values.setdefault("https", True)
    found = Environment(**values)  # a value that could not be read is checked as its default
    faults += check(found)
    if faults:
        raise Misconfigured(faults)
    return found


def check(env: Environment) -> list[str]:
    """What is wrong, in words that say how to put it right."""
    choices = [
        _one_of("LINGNAN_ENV", env.env, ("development", "production", "test")),
        _one_of("LINGNAN_LOG_LEVEL", env.log_level, ("DEBUG", "INFO", "WARNING", "ERROR")),
    ]
    production = _production(env) if env.env == "production" else []
    return [*filter(None, choices), *production, *_places(env), *_sizes(env)]


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value in known:
        return ""
    return f"{name}={value!r}: must be {', '.join(known[:-1])} or {known[-1]}"


def _production(env: Environment) -> list[str]:
    faults = []
    if len(env.secret_key) < 50 or env.secret_key == WEAK_KEY or len(set(env.secret_key)) < 10:
        faults.append("LINGNAN_SECRET_KEY: set at least 50 random characters in production")
    if env.demo:
        faults.append("LINGNAN_DEMO: synthetic identifiers are never accepted in production")
    if "*" in env.allowed_hosts:
        faults.append("LINGNAN_ALLOWED_HOSTS: name the hosts; '*' is refused in production")
    if not Path(env.data).is_absolute():
        faults.append(
            f"LINGNAN_DATA={env.data!r}: give the whole path in production, such as /srv/lingnan"
        )
    if not env.metrics_token:
        faults.append("LINGNAN_METRICS_TOKEN: set a random token in production")
    return faults


def _places(env: Environment) -> list[str]:
    """Where we read from, write to and listen."""
    faults = []
    if env.database_url:
        try:
            database(env)
        except ValueError as wrong:
            faults.append(f"LINGNAN_DATABASE_URL: {wrong}")
    faults += _channels(env)
    host, _, port = env.listen.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        faults.append(
            f"LINGNAN_LISTEN={env.listen!r}: must be address:port, such as 127.0.0.1:8000"
        )
    if env.folder.exists() and not env.folder.is_dir():
        faults.append(f"LINGNAN_DATA={env.data!r}: must be a folder")
    return faults


def _channels(env: Environment) -> list[str]:
    """Ways out: mail, and signed posts that need something to sign with."""
    faults = []
    if env.mail_url and not re.match(r"^smtps?://[^/?#]+/?[?](.*&)?from=[^&]+@", env.mail_url):
        faults.append("LINGNAN_MAIL_URL: must be smtp://host:port?from=address&domain=domain")
    hooks = {"LINGNAN_SMS_URL": env.sms_url, "LINGNAN_WEBHOOK_URL": env.webhook_url}
    for name, url in hooks.items():
        if url and not re.match(r"^https?://[^/]+", url):
            faults.append(f"{name}={url!r}: must be http:// or https://")
    if any(hooks.values()) and not env.message_secret:
        faults.append("LINGNAN_MESSAGE_SECRET: set it to sign what is sent")
    return faults


def unwritable(env: Environment) -> str:
    """Why the data folder cannot be made or written; empty when it can. Leaves nothing behind."""
    nearest = env.folder
    while not nearest.exists():
        nearest = nearest.parent
    try:
        with TemporaryDirectory(prefix=".lingnan-", dir=nearest) as tried:
            (Path(tried) / "file").write_bytes(b"x")
    except OSError as wrong:
        return (
            f"LINGNAN_DATA={env.data!r}: {nearest} cannot be written ({wrong.strerror}); "
            "let this user write there or choose another folder"
        )
    return ""


def _sizes(env: Environment) -> list[str]:
    faults = []
    if env.workers < 1:
        faults.append("LINGNAN_WORKERS: at least 1")
    if env.seal_rows < 0:
        faults.append("LINGNAN_SEAL_ROWS: at least 0")
    if env.threads < 0:
        faults.append("LINGNAN_THREADS: at least 0 (0: all cores)")
    try:
        Retention.parse(env.backup_keep)
    except ValueError as wrong:
        faults.append(f"LINGNAN_BACKUP_KEEP={env.backup_keep!r}: {wrong}")
    if not MEMORY.match(env.memory_limit):
        faults.append(f"LINGNAN_MEMORY_LIMIT={env.memory_limit!r}: must be such as 512MB or 2GB")
    return faults


def shown(env: Environment) -> list[tuple[str, str, str]]:
    """Name, value and meaning of each setting; what is secret is masked."""
    rows = []
    for spec in fields(Environment):
        value = getattr(env, spec.name)
        if spec.name in SECRET and value:
            value = "(set)" if value != WEAK_KEY else "(development key)"
        if spec.name == "database_url" and value:
            value = _without_password(value)
        if isinstance(value, bool):
            value = "on" if value else "off"
        rows.append((PREFIX + spec.name.upper(), str(value), spec.metadata["about"]))
    return rows


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":***@") if parts.password else url


def database(env: Environment) -> dict[str, Any]:
    """Django's description of the database. ValueError when the URL is none we serve."""
    if not env.database_url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(env.folder / "lingnan.sqlite3"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
                "PRAGMA foreign_keys=ON;PRAGMA temp_store=MEMORY;PRAGMA cache_size=-65536;",
            },
        }
    url = urlsplit(env.database_url)
    if url.scheme not in {"postgresql", "postgres"}:
        raise ValueError(
            f"{url.scheme or 'no'}:// is not served; use postgresql:// or leave it empty"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(url.port or ""),
        "CONN_MAX_AGE": 60,
        "OPTIONS": dict(parse_qsl(url.query)),
    }


def _convert(raw: str, kind: type) -> Any:
    if kind is bool:
        if raw.lower() in {"1", "true", "yes", "on"}:
            return True
        if raw.lower() in {"0", "false", "no", "off", ""}:
            return False
        raise ValueError("must be on or off")
    if kind is int:
        if not raw.strip().lstrip("-").isdigit():
            raise ValueError("must be a whole number")
        return int(raw)
    return raw
