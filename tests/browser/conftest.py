"""A real server with the demo company, and a real Chromium: one of each for the test process."""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from sercom.demo.pictures import picture
from tests.browser.person import Person
from tests.conftest import WORKER
from tools.demo_server import CHROMIUM, FLAGS, demo_server, make_demo

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
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo company's folder, made once for all processes; a server takes a copy of it."""
    base = tmp_path_factory.getbasetemp()
    made = (base.parent if WORKER else base) / "browser-demo"
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            made.mkdir()
            make_demo(made)
    return made


@pytest.fixture(scope="session")
def server(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The application on a port of its own, with the demo company; gives its address."""
    own = tmp_path_factory.mktemp("server") / "demo"
    shutil.copytree(demo, own)
    with demo_server(own) as address:
        yield address


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

    def open_browser(
        who: str | None = None, *, width: int = WIDE, script: bool = True, zone: str | None = None, touch: bool = False
    ) -> Person:
        context = chromium.new_context(
            viewport={"width": width, "height": 740 if width == PHONE else 900},
            storage_state=sessions.get(who),
            java_script_enabled=script,
            locale="fr-CA",
            timezone_id=zone,
            has_touch=touch,
            base_url=server,
        )
        context.set_default_timeout(PATIENCE)
        person = Person(context, script=script)
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
