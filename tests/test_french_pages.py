"""Nothing English on a French page: every page of the product, read by its owner."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from flask_security.utils import hash_password
from sqlalchemy import update
from werkzeug.test import TestResponse

from sercom import menu
from sercom.core.access import Role
from sercom.core.base import db
from sercom.core.clock import utcnow
from sercom.entities.invoices.model import InvoiceStatus
from sercom.entities.users.model import Passkey
from sercom.permissions import MATRIX
from sercom.workflow.edges import EDGES
from sercom.workflow.transitions import TRANSITIONS
from tests.pages import parse
from tests.rows import Rows, make_rows
from tests.support import Browser, World, make_user
from tests.test_translations import DOMAINS, PLACEHOLDER, catalogue, forms_of, messages

# Words are the same on either database.
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True, scope="session")

#: Attributes that a person reads or hears.
READ_ALOUD = ("alt", "aria-label", "data-confirm", "data-empty", "placeholder", "title")


def english() -> re.Pattern[str]:
    """Any message of ours, whole, as an English reader would see it."""
    untouched = {
        source
        for domain in DOMAINS
        for message in messages(catalogue(domain))
        for source, french in zip(forms_of(message.id), forms_of(message.string), strict=True)
        if source.strip() != french.strip() and PLACEHOLDER.sub("", source).strip()
    }
    spelled = [PLACEHOLDER.sub("\0", re.sub(r"(%\(\w+\))\w", r"\1", text)).strip() for text in untouched]
    return re.compile("|".join(re.escape(text).replace("\0", ".+") for text in sorted(spelled)), re.DOTALL)


ENGLISH = english()
NAME_IN_ENGLISH = catalogue("messages")["Name in English"].string


def texts(element: Element) -> Iterator[str]:
    """What a person reads or hears of an element; not what is marked as English, nor a name in English."""
    if (
        element.tag in {"script", "style"}
        or element.get("lang") == "en"
        or element.get("data-title") == NAME_IN_ENGLISH
    ):
        return
    yield from (element.get(name, "") for name in READ_ALOUD)
    yield element.text or ""
    for child in element:
        yield from texts(child)
        yield child.tail or ""


class Reader:
    """Reads pages and keeps what is English on them."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.found: list[tuple[str, str]] = []
        self.read = 0

    def look(self, url: str, page: TestResponse, *expected: int) -> None:
        """Read a page."""
        assert page.status_code in expected, f"{url}: {page.status}"
        tree = parse(page)
        assert tree.get("lang") == "fr-CA", url
        folded = (" ".join(text.split()) for text in texts(tree))
        self.found += [(url, text) for text in folded if text and ENGLISH.fullmatch(text)]
        self.read += 1

    def get(self, url: str, *expected: int) -> None:
        """Open a page and read it."""
        self.look(url, self.browser.get(url, follow_redirects=True), *(expected or (200,)))

    def post(self, url: str, data: dict[str, Any] | None = None, *expected: int) -> None:
        """Send a form, by default a blank one, and read the answer."""
        self.look(f"POST {url}", self.browser.post(url, data, follow_redirects=True), *(expected or (422,)))


@pytest.fixture
def rows(world: World) -> Rows:
    """One row of everything."""
    return make_rows(world)


@pytest.fixture
def reader(browser: Browser, rows: Rows) -> Iterator[Reader]:
    """The owner, who reads in French; nothing English may be found."""
    reader = Reader(browser.sign_in(rows.people["owner"]))
    yield reader
    assert reader.read
    assert reader.found == []


def test_the_reader_notices_english(browser: Browser, rows: Rows):
    browser.sign_in(rows.people["owner"]).post("/language", {"language": "en_CA"})
    words = {" ".join(text.split()) for text in texts(parse(browser.get("/admin/jobs/"))) if ENGLISH.fullmatch(text)}
    assert {"Settings", "Export (CSV)", "Tick every row", "Search…"} <= words


@pytest.mark.parametrize("half", [menu.VIEWS[::2], menu.VIEWS[1::2]], ids=["odd", "even"])
def test_the_pages_of_every_entity_are_french(reader: Reader, rows: Rows, half: tuple[menu.Entry, ...]):
    for entity in (entry.view.entity for entry in half):
        base, row = f"/admin/{entity}", rows.ids[entity]
        reader.get(f"{base}/")
        reader.get(f"{base}/?search=introuvable")
        reader.get(f"{base}/details/?id={row}")
        create, _read, change, *_rest = (Role.OWNER in roles for roles in MATRIX[entity])
        if create and entity != "files":  # a photo is added on its case's page
            reader.get(f"{base}/new/")
            reader.post(f"{base}/new/")
        if change:
            reader.get(f"{base}/edit/?id={row}")
            reader.post(f"{base}/edit/?id={row}", {"version": "999"}, 200, 409, 422)


def test_the_home_and_the_clients_pages_are_french(reader: Reader, rows: Rows):
    reader.get("/admin/")
    reader.get("/")
    reader.post("/", {"ticket": rows.extra["intake"]["ticket"]})
    reader.post("/", rows.extra["intake"] | {"phone": "1", "email": "x", "postal_code": "90210"})
    reader.get(f"/merci/{rows.extra['receipt']}")
    reader.get(f"/l/{rows.extra['link']}")


def test_sending_is_french(reader: Reader, rows: Rows):
    for url, version in (
        (f"/admin/quotes/{rows.ids['quotes']}/send", rows.versions["quotes"]),
        (f"/admin/invoices/{rows.extra['issued']}/send", rows.extra["issued_version"]),
    ):
        reader.get(url)
        mail = rows.extra["mail"] | {"version": version}
        reader.post(url, mail | {"body": "{prix} {link}"}, 422)
        reader.post(url, mail | {"to": "", "others": "personne"}, 422)
        reader.post(url, {key: value for key, value in mail.items() if key not in {"send", "confirm"}}, 200)


def test_error_pages_and_the_sign_in_are_french(browser: Browser, rows: Rows):
    stranger = Reader(browser)
    stranger.get("/admin/")
    stranger.post("/login", {"email": "owner@example.org", "password": "wrong"}, 200)
    stranger.post("/login", {}, 200)
    stranger.get("/nowhere", 404)
    technician = Reader(Browser(browser.app).sign_in(rows.people["technician"]))
    technician.get("/admin/users/", 403)
    technician.look("no token", technician.browser.post("/admin/jobs/bulk/", csrf=False), 400)
    assert stranger.found + technician.found == []


def test_the_pages_of_the_account_are_french(reader: Reader, rows: Rows):
    for page in ("", "authenticator", "password", "passkeys/new", "codes", "confirm", "confirm/passkey"):
        reader.get(f"/admin/account/{page}")
    for page in ("password", "passkeys/new", "codes", "confirm", "confirm/passkey"):
        reader.post(f"/admin/account/{page}", {}, 200)
    reader.post("/admin/account/passkeys/new", {"name": "Clé", "usage": "first"}, 200)
    reader.post("/admin/account/passkeys/new", {"name": "<Clé>", "usage": "x"}, 200)
    reader.post("/admin/account/passkeys/new/none", {}, 200)
    reader.get(f"/admin/users/details/?id={rows.people['technician']}")


def test_the_steps_of_the_sign_in_are_french(world: World, browser: Browser):
    email, password = "deux.etapes@example.org", "une phrase de passe assez longue"
    with world.app.app_context():
        secret = world.app.extensions["security"].totp_factory.generate_totp_secret()
        columns = {"tf_primary_method": "authenticator", "tf_totp_secret": secret, "password": hash_password(password)}
        key = Passkey(name="Clé", usage="secondary", credential_id=b"k", public_key=b"", lastuse_datetime=utcnow())
        make_user("office", email=email, webauthn=[key], **columns)
        db.session.commit()
    reader = Reader(browser)
    for url in ("/login/passkey", "/reset", "/reset/none"):
        reader.get(url)
    for url in ("/login/passkey", "/login/passkey/none", "/reset", "/reset/none", "/login/code"):
        reader.post(url, {}, 200)
    reader.post("/login", {"email": email, "password": password}, 200)
    reader.post("/login/step", {"which": "webauthn"}, 200)
    reader.post("/login/step", {"which": "authenticator"}, 200)
    for url, data in (("/login/code", {"code": "000000"}), ("/login/recovery", {"code": "0"}), ("/login/recovery", {})):
        reader.post(url, data, 200)
    assert reader.found == []


def test_the_convert_pages_are_french(reader: Reader, rows: Rows):
    for edge in EDGES:
        entity = f"{edge.source.__tablename__}s"
        url = f"/admin/{entity}/{rows.ids[entity]}/convert/{edge.name}"
        reader.get(url)
        reader.post(url, {"token": edge.name, "version": rows.versions[entity]}, 200, 409, 422)


def test_the_command_pages_are_french(reader: Reader, rows: Rows):
    for transition in TRANSITIONS:
        table = transition.model.__table__
        entity = {"client_message": "inbox"}.get(table.name, f"{table.name}s")
        row, state = rows.ids[entity], min(transition.sources, key=lambda member: str(member.value))
        if state is InvoiceStatus.ISSUED:
            row = rows.extra["issued"]
        elif entity not in {"invoices", "inbox"}:
            with reader.browser.app.app_context():
                db.session.execute(update(table).where(table.c.id == row).values(status=state))
                db.session.commit()
        url = f"/admin/{entity}/{row}/do/{transition.name}"
        reader.get(url, 200, 409, 422)
        reader.post(url, {"version": "999"}, 409, 422)
