"""Counts and timings, by route pattern and never by person."""

import os
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

REQUESTS = Counter(
    "lingnan_http_requests_total", "Requests answered", ["method", "route", "status"]
)
SECONDS = Histogram(
    "lingnan_http_request_seconds",
    "Time to answer",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
VIOLATIONS = Counter(
    "lingnan_csp_reports_total", "Reports of the content security policy", ["directive"]
)
JOBS = Counter("lingnan_job_runs_total", "Runs of a scheduled job", ["job", "outcome"])
JOB_SECONDS = Histogram("lingnan_job_seconds", "Time a scheduled job took", ["job"])
WATERMARK = Gauge(
    "lingnan_evidence_watermark", "Last numbered event", multiprocess_mode="mostrecent"
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def observe(method: str, route: str, status: int, seconds: float) -> None:
    REQUESTS.labels(method if method in METHODS else "OTHER", route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)


def text() -> tuple[bytes, str]:
    """The exposition of all processes of this `lingnan serve`, or of this one alone."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
    if folder and Path(folder).is_dir():
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry), CONTENT_TYPE_LATEST
    return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
