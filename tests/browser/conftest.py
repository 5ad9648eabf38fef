"""A real server with the demo company, and a real Chromium: one of each for the test process."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from sercom.demo.pictures import picture
from tests.browser.person import PASSWORD, Person

ROOT = Path(__file__).resolve().parents[2]
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
WIDE, PHONE = 1280, 360
#: Milliseconds to wait for what must happen: a busy machine is no failure.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)

Opener = Callable[..., Person]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a Chromium."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The application under gunicorn on a port of its own, with the demo company; gives its address."""
    folder = tmp_path_factory.mktemp("server")
    environment = {
        "PATH": os.environ["PATH"],
        "FLASK_APP": "app.py",
        "DATABASE_URL": f"sqlite:///{folder / 'sercom.sqlite3'}",
        "SERCOM_INSTANCE": str(folder),
        "SERCOM_DEMO_PASSWORD": PASSWORD,
        "WEB_CONCURRENCY": "1",
    }
    for command in (("db", "upgrade"), ("seed",)):
        run = [sys.executable, "-m", "flask", *command]
        subprocess.run(run, cwd=ROOT, env=environment, check=True)
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
        yield f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGQUIT)  # at once: no request is under way any more
        process.wait(30)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium without a window."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def sessions() -> dict[str, object]:
    """Cookies of the people who signed in already: signing in is tested once, not in every test."""
    return {}


@pytest.fixture
def someone(server: str, chromium: Browser, sessions: dict[str, object]) -> Iterator[Opener]:
    """Opens a browser of its own for a visitor, or for a person of the demo company (``office``, ``tech`` …).

    When the test ends, nobody's browser may have complained.
    """
    opened: list[Person] = []

    def open_browser(who: str | None = None, *, width: int = WIDE, script: bool = True) -> Person:
        context = chromium.new_context(
            viewport={"width": width, "height": 740 if width == PHONE else 900},
            storage_state=sessions.get(who),
            java_script_enabled=script,
            locale="fr-CA",
            base_url=server,
        )
        context.set_default_timeout(PATIENCE)
        person = Person(context)
        opened.append(person)
        if who and who not in sessions:
            person.sign_in(who)
            sessions[who] = context.storage_state()
        return person

    yield open_browser
    complaints = [complaint for person in opened for complaint in person.complaints]
    for person in opened:
        person.page.context.close()
    assert not complaints


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Four photos, as a phone would send them."""
    folder = tmp_path_factory.mktemp("photos")
    files = [folder / f"photo-{number}.jpg" for number in range(4)]
    for number, file in enumerate(files):
        file.write_bytes(picture(100 + number))
    return files
