"""Structured logs: JSON in production, readable in development, never personal data."""

import logging
import re
from typing import Any

import structlog

# 18-digit citizen numbers, mainland mobile numbers, bearer tokens and anything said to be a secret.
PERSONAL = (
    (re.compile(r"(?<!\d)\d{17}[\dXx](?![\dA-Za-z])"), "[id]"),
    (re.compile(r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d{9}(?!\d)"), "[phone]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 [token]"),
    (re.compile(r"\bln[a-z]?_[\w-]{16,}"), "[token]"),
    (
        re.compile(r"(?i)(\b(?:password|passwd|token|secret|secret_key|authorization|cookie|"
                   r"csrfmiddlewaretoken|sessionid)\b[\"']?\s*[:=]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&}]+)"),
        r"\1[secret]",
    ),
)  # fmt: skip


def masked(text: str) -> str:
    for pattern, instead in PERSONAL:
        text = pattern.sub(instead, text)
    return text


class Masking(structlog.stdlib.ProcessorFormatter):
    """Masks the finished line, so that tracebacks and foreign libraries are covered too."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def shared() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def configure() -> None:
    """structlog hands over to the standard library: both kinds of logger end in one place."""
    structlog.configure(
        processors=[*shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logging_settings(level: str, *, as_json: bool) -> dict[str, Any]:
    """Django's LOGGING."""
    end: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if as_json:
        end += [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    else:  # the rich traceback would show local variables
        end += [
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            )
        ]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "one": {"()": Masking, "processors": end, "foreign_pre_chain": shared()},
        },
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "one"}},
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            # Our own line says the same with the request's number.
            "django.request": {"level": "CRITICAL", "handlers": ["out"], "propagate": False},
            "django.server": {"level": "WARNING", "handlers": ["out"], "propagate": False},
        },
    }
