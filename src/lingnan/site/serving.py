"""`lingnan serve`: a parent keeps three children alive, web, worker and what works for long, and stops
them together."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from types import FrameType

import structlog

from .settings import environment

log = structlog.get_logger("lingnan.serve")

GRACE = 15.0  # seconds a child has to finish what it is doing
LONGEST_PAUSE = 30.0


@dataclass
class Child:
    name: str
    process: subprocess.Popen[bytes] | None = None
    born: float = 0.0
    crashes: int = 0
    again_at: float = field(default=0.0)

    def start(self) -> None:
        command = [sys.executable, "-m", "lingnan.site.serving", self.name]
        # A group of its own: Ctrl-C reaches the parent alone, which then stops the children.
        self.process = subprocess.Popen(command, start_new_session=True)
        self.born = time.monotonic()

    def tend(self) -> None:
        """Start it again when it has died: soon the first time, later if it keeps dying."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.again_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        self.crashes = 1 if now - self.born > 60 else self.crashes + 1
        pause = min(LONGEST_PAUSE, 0.5 * 2 ** (self.crashes - 1))
        log.error("child_died", child=self.name, code=code, again_in=pause)
        self.process, self.again_at = None, now + pause

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def bury(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.error("child_killed", child=self.name)
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Flag:
    """Set by SIGTERM or Ctrl-C."""

    def __init__(self) -> None:
        self.up = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._raise)

    def _raise(self, number: int, frame: FrameType | None) -> None:
        self.up = True

    def __call__(self) -> bool:
        return self.up


def run(env: environment.Environment) -> None:
    """Blocks until told to stop."""
    figures = env.folder / "metrics"
    shutil.rmtree(figures, ignore_errors=True)  # figures of the last run's processes
    figures.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(figures)
    stopped = Flag()
    children = [Child("web"), Child("worker"), Child("long")]
    while not stopped():
        for child in children:
            child.tend()
        time.sleep(0.1)
    with contextlib.suppress(OSError):  # also without the folder the children are stopped
        (figures / "closing").touch()  # open streams end by themselves
    for child in children:
        child.stop()
    deadline = time.monotonic() + GRACE
    for child in children:
        child.bury(deadline)


def serve_web() -> None:
    """Granian: one thread of Django a worker, streams beside it; more workers for more load."""
    from granian import Granian
    from granian.constants import Interfaces

    env = environment.read()
    host, _, port = env.listen.rpartition(":")
    threading.Thread(target=_outlive_nobody, args=(os.getppid(),), daemon=True).start()
    Granian(
        target="lingnan.site.asgi:application",
        address=host.strip("[]"),
        port=int(port),
        interface=Interfaces.ASGI,
        workers=env.workers,
        websockets=False,
        backpressure=512,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_enabled=env.env != "production",
    ).serve()


def _outlive_nobody(parent: int) -> None:
    """The port is shared: one left behind by a parent killed outright would go on answering beside
    the next with the code of yesterday."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def serve_worker(kind: str = "JOBS") -> None:
    stopped = Flag()
    from .setup import prepare

    prepare()
    from . import schedule

    parent = os.getppid()
    # A worker whose parent was killed outright stops by itself.
    schedule.loop(lambda: stopped() or os.getppid() != parent, kind)


if __name__ == "__main__":
    if sys.argv[1] == "web":
        serve_web()
    else:
        serve_worker({"worker": "JOBS", "long": "LONG"}[sys.argv[1]])
