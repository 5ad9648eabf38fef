"""Passkeys with Chromium's own virtual devices: instead of the password, after it, refused, and taken away."""

from typing import Any

import pytest

from tests.browser.conftest import PHONE, Opener
from tests.browser.person import DOMAIN, Person
from tools.demo_server import PASSWORD

#: A phone that knows its owner by a finger, and a key that is touched.
BUILT_IN = {"transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
ON_THE_RING = {"transport": "usb", "hasResidentKey": False, "hasUserVerification": False}


class Devices:
    """What the browser has at hand, one at a time."""

    def __init__(self, person: Person) -> None:
        self.session = person.page.context.new_cdp_session(person.page)
        self.session.send("WebAuthn.enable")
        self.present = ""

    def take(self, device: dict[str, Any]) -> None:
        """Put the last one away, and take another."""
        if self.present:
            self.tell("removeVirtualAuthenticator")
        options = {"protocol": "ctap2", "automaticPresenceSimulation": True} | device
        answer = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.present = answer["authenticatorId"]

    def tell(self, command: str, **more: Any) -> Any:
        """Tell the one at hand."""
        return self.session.send(f"WebAuthn.{command}", {"authenticatorId": self.present, **more})


@pytest.fixture
def person(someone: Opener, server: str) -> Person:
    """A visitor with a phone's screen. A passkey belongs to a name: an address in figures has none."""
    person = someone(width=PHONE)
    here = server.replace("127.0.0.1", "localhost")
    person.go = lambda path: person.page.goto(here + path)  # type: ignore[method-assign,assignment,return-value]
    return person


def sign_out(person: Person) -> None:
    """Through the menu of the person."""
    person.go("/admin/account/")
    person.press('form[action="/logout"] button')


def add(person: Person, name: str, use: str) -> None:
    """Add a passkey on the device at hand."""
    person.go("/admin/account/passkeys/new")
    person.fill(name=name)
    person.find(f"[value={use}]").check()
    person.send()


def give_password(person: Person) -> None:
    """The first step, as a technician whom no other test needs."""
    person.go("/login")
    person.fill(email=f"tech2@{DOMAIN}", password=PASSWORD)
    person.press("form:has([name=password]) button")


def arrive(person: Person, path: str) -> None:
    """Wait for what the page's script leads to."""
    person.page.wait_for_url(f"**{path}")


def test_a_passkey_opens_instead_of_the_password_or_after_it(person: Person):
    devices = Devices(person)
    give_password(person)
    devices.take(BUILT_IN)
    add(person, "Mon téléphone", "first")
    arrive(person, "/admin/account/")
    sign_out(person)
    # Not the owner's finger: nothing opens, and the page offers to try again.
    devices.tell("setUserVerified", isUserVerified=False)
    person.press("form[action^='/login/passkey'] button")
    person.find("[data-passkey-ask]").wait_for()
    assert person.find("[data-passkey-state].error").inner_text()
    devices.tell("setUserVerified", isUserVerified=True)
    person.find("[data-passkey-ask]").click()
    arrive(person, "/admin/")
    # The same device is refused a second key; another one is asked for after the password.
    add(person, "Encore", "secondary")
    person.find("[data-passkey-ask]").wait_for()
    devices.take(ON_THE_RING)
    add(person, "Clé bleue", "secondary")
    arrive(person, "/admin/account/")
    assert person.troubles() == []
    sign_out(person)
    give_password(person)
    assert person.path.startswith("/login/passkey")
    person.send()
    arrive(person, "/admin/")
    for name in ("Clé bleue", "Mon téléphone"):
        person.go("/admin/account/")
        person.find(".keys li").filter(has_text=name).get_by_role("button").click()
        person.answer(yes=True)
    assert person.find(".keys").count() == 0
    sign_out(person)
    give_password(person)
    assert person.path == "/admin/"
