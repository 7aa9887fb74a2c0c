"""A process with everything imported and nothing connected, which forks children to be killed.

Forking from the test runner would copy its threads' locks; this process has one thread. It reads
one JSON line an order and answers with one. Orders: `{"run": [child, …]}` starts the children,
lets them go together and waits for all; `{"start": child}` leaves one running, `{"stop": number}`
kills it. A child is `{"store": {…}, "call": "module:generator", "with": {…}, "after": seconds}`;
`after` is when SIGKILL comes, counted from the moment it is connected; null: never. What it yields
is acknowledged: it is in a file before the next line of the child runs, so that no kill takes it.
"""

import json
import os
import resource
import select
import signal
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

FOLDER = Path(tempfile.mkdtemp(prefix="lingnan-zygote-"))


@dataclass
class Child:
    pid: int
    said: Path
    begun: int
    go: int
    after: float | None


def main() -> None:
    talk = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever prints must not disturb the conversation
    from lingnan.site.setup import prepare

    prepare()
    for module in sys.argv[1:]:
        import_module(module)
    from django.db import connections

    connections.close_all()
    background: dict[int, Child] = {}
    print("ready", file=talk, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), background)), file=talk, flush=True)


def answer(order: dict[str, Any], background: dict[int, Child]) -> Any:
    if "run" in order:
        children = [start(one) for one in order["run"]]
        begin(children)
        return [finish(child) for child in children]
    if "start" in order:
        child = start(order["start"])
        begin([child])
        background[child.pid] = child
        return child.pid
    child = background.pop(order["stop"])
    return finish(replace(child, after=0.0))


def start(order: dict[str, Any]) -> Child:
    (begun, tell), (hear, go) = os.pipe(), os.pipe()
    said = FOLDER / f"{time.monotonic_ns()}"
    pid = os.fork()
    if pid == 0:
        _work(order, said, tell, hear)
    os.close(tell)
    os.close(hear)
    return Child(pid, said, begun, go, order.get("after"))


def begin(children: list[Child]) -> None:
    """Wait until all are connected, or dead; then let all go."""
    for child in children:
        os.read(child.begun, 1)
        os.close(child.begun)
    for child in children:
        with suppress(BrokenPipeError):  # it ended before it began; its words say why
            os.write(child.go, b".")
        os.close(child.go)


def finish(child: Child) -> dict[str, Any]:
    """Whether it was killed, everything acknowledged before, and seconds since it was let go."""
    began = time.monotonic()
    handle = os.pidfd_open(child.pid)
    ended, _, _ = select.select([handle], [], [], child.after)
    if not ended:
        os.kill(child.pid, signal.SIGKILL)
    _, status = os.waitpid(child.pid, 0)
    os.close(handle)
    lines = child.said.read_text().splitlines() if child.said.exists() else []
    child.said.unlink(missing_ok=True)
    return {
        "died": os.WIFSIGNALED(status),
        "said": [json.loads(line) for line in lines],
        "seconds": time.monotonic() - began,
    }


def _work(order: dict[str, Any], said: Path, tell: int, hear: int) -> None:
    out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    code = 1
    try:
        _point(order["store"])
        module, _, name = order["call"].partition(":")
        call = getattr(import_module(module), name)
        os.write(tell, b".")
        os.read(hear, 1)
        for line in call(**order.get("with", {})):
            os.write(out, json.dumps(line, ensure_ascii=False).encode() + b"\n")
        code = 0
    except BaseException as wrong:  # the parent must hear of it; the child must never return
        told = {"error": repr(wrong), "trace": traceback.format_exc()[-3000:]}
        resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
        os.write(out, json.dumps(told, ensure_ascii=False).encode() + b"\n")
    finally:
        os._exit(code)


def _point(store: dict[str, str]) -> None:
    """To the data folder and the database of one test."""
    from django.conf import settings
    from django.db import connection, connections

    from lingnan.site.settings import environment

    settings.ENV = replace(settings.ENV, data=store["data"], database_url=store["url"])
    settings.FILES_ROOT = settings.ENV.folder / "files"
    name = environment.database(settings.ENV)["NAME"]
    settings.DATABASES["default"]["NAME"] = connections.settings["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name
    connection.ensure_connection()


if __name__ == "__main__":
    main()
