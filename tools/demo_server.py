"""The application under gunicorn with the demo company, for browser tests and screenshots."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "demo-pass-1234"
CHROMIUM = "/usr/bin/chromium"
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
def demo_server(folder: Path, photos: int = 4) -> Iterator[str]:
    """Serve from a database of its own in ``folder``, on a free port; gives the address.

    The more different ``photos`` are drawn, the longer it takes.
    """
    environment = {
        "PATH": os.environ["PATH"],
        "FLASK_APP": "app.py",
        "DATABASE_URL": f"sqlite:///{folder / 'sercom.sqlite3'}",
        "SERCOM_INSTANCE": str(folder),
        "SERCOM_DEMO_PASSWORD": PASSWORD,
        "WEB_CONCURRENCY": "1",
    }
    for command in (("db", "upgrade"), ("seed", "--photos", str(photos))):
        run = [sys.executable, "-m", "flask", *command]
        subprocess.run(run, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    # The socket listens before the server starts: the first page waits for it, and no port can be taken meanwhile.
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener, (folder / "server.log").open("w") as log:
        port = listener.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "app:app", f"--bind=fd://{listener.fileno()}"],
            cwd=ROOT,
            env=environment,
            pass_fds=(listener.fileno(),),
            stdout=log,
            stderr=log,
        )
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGQUIT)  # at once: no request is under way any more
            process.wait(30)
