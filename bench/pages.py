"""List pages as served, with the whole province loaded and asked: p95 by wrk, beside an empty Django page.

A province of its own is founded and one form asked of every village; then the real server answers wrk over
loopback, one request after another, as each role. The peer is a Django with one view that says nothing,
behind the same granian.
"""

from bench import gates, world  # noqa: I001 - sets up Django

import http.cookiejar
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import call_command
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.parties import services as parties
from lingnan.kernel.parties.models import Account
from lingnan.kernel.places import queries as places
from lingnan.kernel.places import services as place_services
from lingnan.kernel.statutes import services as statutes

LIMIT, SECONDS = 0.1, 6
PASSWORD = "Nanling-Shan-1478"
FORM = "village_party_organisation.xls"
PROVINCE, COUNTY, TOWN, VILLAGE = "440000", "440117000000", "440117001000", "440117001001"
OFFICIALS = {
    "clerk": ("village_clerk", VILLAGE),
    "town": ("town_reviewer", TOWN),
    "county": ("county_reviewer", COUNTY),
    "bureau": ("data_bureau", "440000000000"),
}
PAGES = {
    "clerk": ("", "desk/", "reporting/", "reporting/ledgers/household/{village}/"),
    "town": ("desk/", "reporting/review/"),
    "county": ("desk/?view=done", "reporting/forms/", "platform/places/"),
    "bureau": ("reporting/", "reporting/dictionary/", "reporting/repeats/", "search/?q=xincun"),
}
TELL = """
done = function(summary, latency, requests)
  io.write(string.format("%d %d %d\\n", latency:percentile(50), latency:percentile(95),
    summary.errors.status + summary.errors.timeout + summary.errors.read))
end
"""
EMPTY = """
from django.conf import settings
settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, MIDDLEWARE=[])
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
urlpatterns = [path("", lambda request: HttpResponse())]
application = get_wsgi_application()
"""


def main() -> int:
    if shutil.which("wrk") is None:
        subprocess.run(["sh", "scripts/need.sh", "wrk", "wrk"], check=True)
    report = gates.Report()
    _found()
    with TemporaryDirectory() as folder:
        (Path(folder) / "tell.lua").write_text(TELL)
        (Path(folder) / "bench_empty.py").write_text(EMPTY)
        with _empty(folder) as base:
            floor, _ = _wrk(f"{base}/", "", folder)
        report.note("an empty Django page behind granian", f"p50 {floor * 1000:.1f} ms")
        with _served() as base:
            for who, paths in PAGES.items():
                cookie = _sign_in(base, who)
                for path in paths:
                    where = f"{base}/zh-hans/{path.format(village=VILLAGE)}"
                    half, most = _wrk(where, cookie, folder)
                    report.gate(
                        f"/{path or '(home)'} of the {who}",
                        f"p50 {half * 1000:.0f} ms, p95 {most * 1000:.0f} ms, {half / floor:.0f} x",
                        f"p95 < {LIMIT * 1000:.0f} ms",
                        most < LIMIT,
                    )
    return 0 if report.held else 1


def _found() -> None:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    place_services.load_divisions(by=world.US, at=world.AT)
    statutes.load_content(by=world.US, at=world.AT)
    parties.load_content(by=world.US, at=world.AT)
    rows = [
        {"username": name, "name": "岗位", "role": role, "place": code, "valid_from": "2020-01-01"}
        for name, (role, code) in OFFICIALS.items()
    ]
    parties.import_accounts(rows, by=world.US, at=world.AT)
    for account in Account.objects.all():
        parties.set_password(account.pk, PASSWORD, must_change=False, by=world.US, at=world.AT)
    world.ask(FORM, places.by_code(PROVINCE, on=world.ON).id, world.YEAR * 1000)
    evidence.drain(at=world.AT)


@contextmanager
def _served() -> Iterator[str]:
    port = _port()
    env = os.environ | {"LINGNAN_LISTEN": f"127.0.0.1:{port}", "LINGNAN_LOG_LEVEL": "ERROR"}
    env["LINGNAN_DATA"] = world.FOLDER
    yield from _running(
        [str(Path(sys.executable).parent / "lingnan"), "serve"], env, port, "/healthz"
    )


@contextmanager
def _empty(folder: str) -> Iterator[str]:
    port = _port()
    command = [
        str(Path(sys.executable).parent / "granian"),
        "--interface",
        "wsgi",
        "--port",
        str(port),
    ]
    command += ["--blocking-threads", "1", "--no-log", "bench_empty:application"]
    yield from _running(command, os.environ | {"PYTHONPATH": folder}, port, "/")


def _running(command: list[str], env: dict[str, str], port: int, probe: str) -> Iterator[str]:
    server = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(base + probe, timeout=2).close()
                break
            except OSError:
                time.sleep(0.2)
        yield base
    finally:
        server.terminate()
        server.wait(30)


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _sign_in(base: str, who: str) -> str:
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(f"{base}/zh-hans/sign-in/").read().decode()
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    said = {"csrfmiddlewaretoken": token[1], "username": who, "password": PASSWORD}
    browser.open(f"{base}/zh-hans/sign-in/", urllib.parse.urlencode(said).encode()).close()
    return "; ".join(f"{one.name}={one.value}" for one in jar)


def _wrk(url: str, cookie: str, folder: str) -> tuple[float, float]:
    """p50 and p95 in seconds; every answer must be whole and 2xx."""
    urllib.request.urlopen(urllib.request.Request(url, headers={"Cookie": cookie})).close()  # warm
    done = subprocess.run(
        ["wrk", "-t1", "-c1", f"-d{SECONDS}s", "-s", f"{folder}/tell.lua",
         "-H", f"Cookie: {cookie}", "-H", "Accept-Encoding: gzip", url],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    half, most, errors = map(int, done.stdout.strip().splitlines()[-1].split())
    assert not errors, f"{url}: {errors} answers were not right"
    return half / 1e6, most / 1e6


if __name__ == "__main__":
    sys.exit(main())
