"""Reminders over HTTP: the rules, what goes out, and what a client says behind the link of a reminder."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from sercom.core import clock
from sercom.core.base import db
from sercom.core.journal import JournalEntry
from sercom.entities.clients.model import Client
from sercom.entities.delivery.letter import compose
from sercom.entities.delivery.message import Message
from sercom.entities.privacy.consent import CATEGORIES, CONSENT_VERSION, OFFERS, Consent, Purpose, latest
from sercom.entities.reminders.model import Reminder, ReminderKind, get_rules, get_settings
from sercom.workflow import reminding
from sercom.workflow.consent import Footing, footings_of
from tests.support import Browser, World, give, make_client, make_user, name_company, start

RULES = "/admin/reminders/settings"


def days(**changes: str) -> dict[str, str]:
    """The form as it is shown at first, all switched off."""
    kinds = {
        "quote": "3, 10",
        "visit": "1",
        "due_soon": "3",
        "overdue": "3, 10, 21",
        "review": "3",
        "maintenance": "14",
    }
    told = {f"{kind}_days": text for kind, text in kinds.items()}
    return told | {"quiet_from": "20:00", "quiet_until": "08:00"} | changes


@pytest.fixture
def office(world: World, browser: Browser) -> Browser:
    """Somebody of the office."""
    world.make(name_company)
    return browser.sign_in(world.user("office"))


def shown(office: Browser) -> dict[str, str]:
    return office.form(RULES)


def test_rules_are_changed_and_the_journal_tells_it(world: World, office: Browser):
    form = shown(office) | days(quote_active="y", quote_days="14; 5", quiet_from="19:30", implied_consent="y")
    assert office.post(RULES, form).status_code == 302
    found = world.read(lambda: (get_rules(db.session)[ReminderKind.QUOTE].offsets, get_settings(db.session).quiet_from))
    assert found[0] == [5, 14]
    assert found[1].isoformat() == "19:30:00"
    entry = world.read(
        lambda: db.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first().changes
    )
    assert entry["quote"] == ["", "5, 14"]
    assert entry["implied_consent"] == [False, True]
    assert "Rappels" in office.get("/admin/journal/").text
    assert office.post(RULES, form).status_code == 409  # the page of before


def test_all_that_is_wrong_with_the_rules_is_told_at_once(office: Browser):
    wrong = {"quote_days": "abc", "quiet_from": "23:30", "quiet_until": "05:00", "review_url": "nulle part"}
    answer = office.post(RULES, shown(office) | days(**wrong))
    assert answer.status_code == 422
    for sentence in ("Des nombres de jours", "Entre 12 h et 21 h", "Entre 7 h et 11 h 59", "commence par https://"):
        assert sentence in answer.text, sentence


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quote_days": "0"}, "quote_days"),
        ({"overdue_days": "3, 3"}, "overdue_days"),
        ({"overdue_days": "<script>"}, "overdue_days"),
        ({"quiet_from": "23:00"}, "quiet_from"),
        ({"quiet_until": "05:00"}, "quiet_until"),
        ({"quiet_until": "x"}, "quiet_until"),
        ({"review_active": "y"}, "review_url"),
        ({"review_url": "javascript:alert(1)"}, "review_url"),
        ({"review_url": "https://a b"}, "review_url"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_beside_its_field(office: Browser, changes: dict[str, str], field: str):
    answer = office.post(RULES, shown(office) | days(**changes))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def reminded(world: World) -> tuple[int, str]:
    """A client who was reminded of a quote: the client's id, the token of the reminder."""

    def build() -> Any:
        actor, client = make_user("office").actor, make_client("<b>Zoë</b>", email="zoe@example.org")
        quote = start("quote", actor, client)
        give("mark_sent", quote, actor)
        get_rules(db.session)[ReminderKind.QUOTE].active = True
        get_rules(db.session)[ReminderKind.QUOTE].days = "3"
        quote.sent_at = clock.from_company(clock.today() - timedelta(days=3), time(12))
        db.session.flush()
        (planned,) = reminding.plan(db.session, clock.today())
        reminding.write(db.session, [planned.due])
        return client

    client_id = world.make(build)
    return client_id, world.read(lambda: db.session.scalars(select(Reminder)).one().token)


def footing(world: World, client_id: int) -> dict[str, bool]:
    return world.read(lambda: {c.value: f.holds for c, f in footings_of(db.session, client_id).items()})


ALL = dict.fromkeys(("quotes", "visits", "invoices"), True)
ALL |= dict.fromkeys(("reviews", "maintenance", "marketing"), False)


def test_one_click_stops_one_category(world: World, browser: Browser):
    client, token = reminded(world)
    with world.counting() as statements:
        page = browser.get(f"/r/{token}")
    assert not [one for one in statements if one.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert page.headers["Cache-Control"] == "no-store"
    assert "Zoë" not in page.text  # whoever holds the link learns no name
    opened = browser.get(f"/r/{token}/stop")  # a mail program that knows no better than to open it
    assert (opened.status_code, opened.location) == (303, f"/r/{token}")
    assert footing(world, client) == ALL
    for _again in range(2):
        answer = browser.post(f"/r/{token}/stop", {"List-Unsubscribe": "One-Click"}, csrf=False)
        assert answer.status_code == 200
    assert footing(world, client) == ALL | {"quotes": False}
    said = world.read(
        lambda: [(c.purpose.value, c.given, c.source.value, c.version) for c in db.session.scalars(select(Consent))]
    )
    assert said == [("quotes", False, "one_click", CONSENT_VERSION)]


def test_a_no_counts_for_whoever_is_written_to_at_the_address(world: World, browser: Browser):
    client, token = reminded(world)
    double, payer, stranger = (
        world.make(lambda given=given: make_client("Zoë B.", **given))
        for given in (
            {"email": "ZOE@example.org", "is_prospect": True},
            {"email": "syndicat@example.org", "billing_email": "zoe@example.org"},
            {"email": "luc@example.org"},
        )
    )
    assert browser.post(f"/r/{token}", {"wanted": ["visits", "reviews"]}, csrf=False).status_code == 200
    refused = {"quotes": False, "invoices": False}
    assert footing(world, client) == ALL | refused | {"reviews": True}
    assert footing(world, double) == ALL | refused, "a yes is the client's own"
    assert footing(world, payer) == ALL | {"invoices": False}, "quotes are sent elsewhere"
    assert footing(world, stranger) == ALL


def test_a_client_chooses_and_the_words_of_a_yes_are_kept(world: World, browser: Browser):
    client, token = reminded(world)
    ticked = {"wanted": ["visits", "reviews", "<script>", "x" * 5000]}
    assert browser.post(f"/r/{token}?language=en_CA", ticked, csrf=False).status_code == 200
    expected = ALL | {"quotes": False, "invoices": False, "reviews": True}
    assert footing(world, client) == expected
    words = world.read(lambda: {c.purpose: c.wording for c in db.session.scalars(select(Consent))})
    assert words[Purpose.REVIEWS] == "After the work, a request for my opinion."
    assert words[Purpose.MAINTENANCE] == "A suggestion when my equipment is due for maintenance."
    assert Purpose.VISITS not in words  # it was ticked already
    assert world.read(lambda: footings_of(db.session, client)[Purpose.MAINTENANCE]) is Footing.REFUSED


def test_a_wrong_link_is_the_same_page_as_any_other(world: World, browser: Browser):
    _client, token = reminded(world)
    number, _dash, tag = token.partition("-")
    forged = [f"{int(number) + 1}-{tag}", f"{number}-{tag[:-1]}x", number, "0", "x", f"{'9' * 40}-{tag}"]
    pages = {browser.get(f"/r/{one}").text for one in forged}
    assert len(pages) == 1
    for one in forged:
        for url in (f"/r/{one}", f"/r/{one}/stop"):
            assert browser.post(url, csrf=False).status_code == 404
    assert world.read(lambda: db.session.scalar(select(func.count()).select_from(Consent))) == 0


def test_the_office_notes_what_a_client_said(world: World, office: Browser):
    client, _token = reminded(world)
    page = office.get(f"/admin/clients/details/?id={client}")
    assert page.text.count('name="wanted"') == len(CATEGORIES)
    said = {"wanted": ["quotes", "invoices", "maintenance"]}
    office.post(f"/admin/clients/{client}/contact", said | {"source": "one_click"})  # the client alone does that
    assert footing(world, client) == ALL
    office.post(f"/admin/clients/{client}/contact", said | {"source": "phone"})
    assert footing(world, client) == ALL | {"visits": False, "maintenance": True}
    page = office.get(f"/admin/clients/details/?id={client}")
    assert "Choix des courriels" in page.text
    assert "Par téléphone" in page.text


#: What belongs to work under way.
WORK = ["quotes", "visits", "invoices"]
#: What withdraws offers: who says it, at which address, and with what. The last one comes in two steps.
WAYS = {
    "the office": ("admin/clients/{client}/privacy/consent", {"given": "0", "source": "writing"}),
    "the office by category": (
        "admin/clients/{client}/contact",
        {"wanted": WORK, "source": "phone"},
    ),
    "the page": ("r/{token}", {"wanted": WORK}),
    "one click on each": ("r/{token}/stop", {"List-Unsubscribe": "One-Click"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_is_said_on_any_path_is_one_record(world: World, office: Browser, way: str):
    client, token = reminded(world)
    page = f"/admin/clients/{client}/privacy"
    office.post(f"{page}/consent", {"given": "1", "source": "phone"})
    assert footing(world, client) == ALL | {"reviews": True, "maintenance": True, "marketing": True}
    assert "Accepte les offres" in office.get(f"/admin/clients/details/?id={client}").text
    for kind in ("review", "maintenance") if way == "one click on each" else ("quote",):
        world.make(lambda kind=kind: set_kind(kind))
        url, form = WAYS[way]
        answer = office.post("/" + url.format(client=client, token=token), form)
        assert answer.status_code in {200, 302}
    told = footing(world, client)
    assert [told[offer] for offer in ("reviews", "maintenance", "marketing")] == [False, False, False]
    last = world.read(lambda: told_of(latest(db.session, [client])[client][Purpose.MARKETING]))
    source = {"the office": "writing", "the office by category": "phone", "the page": "link"}.get(way, "one_click")
    assert last == (False, source, CONSENT_VERSION, "fr_CA", "J’aimerais")
    assert "Accepte les offres" not in office.get(f"/admin/clients/details/?id={client}").text
    shown = office.get(page).text
    assert shown.count("Le client a dit non") == len(OFFERS) + 1
    assert "Choix des courriels" in office.get(f"/admin/clients/details/?id={client}").text


def set_kind(kind: str) -> Any:
    found = db.session.scalars(select(Reminder)).one()
    found.kind = ReminderKind(kind)
    return found


def told_of(row: Consent) -> tuple[bool, str, str, str, str]:
    return row.given, row.source.value, row.version, row.language.value, row.wording.split()[0]


def test_the_letter_carries_the_way_out(world: World, browser: Browser):
    _client, token = reminded(world)

    def read() -> Any:
        return compose(db.session, db.session.scalars(select(Message)).one().id)

    letter = world.read(read)
    assert letter["List-Unsubscribe"].endswith(f"/r/{token}/stop>")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["Content-Language"] == "fr-CA"
    parts = [part.get_content() for part in letter.walk() if part.get_content_maintype() == "text"]
    assert all(f"/r/{token}" in part for part in parts)
    assert "1250, rue des Érables" in parts[0] or "Sercom" in parts[1]
    assert "<b>Zoë</b>" not in parts[1]


def test_the_page_and_the_command_tell_what_goes_out_and_why_not(world: World, office: Browser):
    client, _token = reminded(world)
    assert "zoe@example.org" in office.get("/admin/reminders/").text
    world.make(lambda: set_email(client, None))
    world.make(forget)
    page = office.get("/admin/reminders/").text
    assert "Aucune adresse courriel n’est connue." in page
    told = world.app.test_cli_runner().invoke(args=["reminders", "run", "--dry-run"])
    assert told.exit_code == 0
    assert "quote 1" in told.output
    assert "not sent: No e-mail address is known." in told.output


def set_email(client_id: int, email: str | None) -> Any:
    client = db.session.get_one(Client, client_id)
    client.email = email
    return client


def forget() -> Any:
    """As if the reminder had not been written."""
    found = db.session.scalars(select(Reminder)).one()
    found.key = "quote/0/1"
    return found
