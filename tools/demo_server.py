"""The application under gunicorn with the demo company, for browser tests and screenshots."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PASSWORD, DATABASE = "demo-pass-1234", "sercom.sqlite3"
#: Debian's Chromium without a window: the same engine in a smaller program; else the one with windows.
CHROMIUM = shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def demo_server(folder: Path, photos: int = 4, **settings: str) -> Iterator[str]:
    """Serve from a database of its own in ``folder``, on a free port, with ``settings`` besides; gives the address.

    The more different ``photos`` are drawn, the longer it takes; a folder that was made before is taken as it is.
    """
    environment = environment_of(folder) | settings
    if not (folder / DATABASE).exists():
        make_demo(folder, photos)
    # The socket listens before the server starts: the first page waits for it, and no port can be taken meanwhile.
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener, (folder / "server.log").open("w") as log:
        port = listener.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "app:app", f"--bind=fd://{listener.fileno()}"],
            cwd=ROOT,
            env=environment | {"APP_BASE_URL": f"http://127.0.0.1:{port}"},
            pass_fds=(listener.fileno(),),
            stdout=log,
            stderr=log,
        )
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGQUIT)  # at once: no request is under way any more
            process.wait(60)


def environment_of(folder: Path) -> dict[str, str]:
    """What the server and its commands are told."""
    return {
        "PATH": os.environ["PATH"],
        "FLASK_APP": "app.py",
        "DATABASE_URL": f"sqlite:///{folder / DATABASE}",
        "SERCOM_INSTANCE": str(folder),
        "SERCOM_DEMO_PASSWORD": PASSWORD,
        "WEB_CONCURRENCY": "1",
        "INTAKE_MIN_SECONDS": "0",
        "INTAKE_BURST": "1000",
        "INTAKE_FLOOD": "1000",
        "INTAKE_DAILY_PER_ADDRESS": "1000",
        "INTAKE_DAILY_PER_EMAIL": "1000",
    }


def make_demo(folder: Path, photos: int = 4) -> None:
    """Fill ``folder`` with the demo company."""
    for command in (("db", "upgrade"), ("seed", "--photos", str(photos))):
        run = [sys.executable, "-m", "flask", *command]
        subprocess.run(run, cwd=ROOT, env=environment_of(folder), check=True, stdout=subprocess.DEVNULL)
