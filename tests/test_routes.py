"""Every rule of the application × method × person, each requested for real; a rule that is not listed fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

from sercom import menu
from sercom.core.access import Role
from sercom.core.base import db
from sercom.permissions import ACTIONS, MATRIX
from tests.pages import main_form
from tests.rows import Rows, make_rows
from tests.support import Browser, World

PEOPLE = ("anonymous", "technician", "office", "accountant", "owner")
ENTITIES = [entry.view.entity for entry in menu.VIEWS]

#: What every entity's view answers to those whom the matrix allows; the others get 401 or 403, strangers the sign-in.
STANDARD = {
    ("index_view", "GET"): ("read", "ok"),
    ("details_view", "GET"): ("read", "ok"),
    ("export", "GET"): ("export", "ok"),
    ("create_view", "GET"): ("create", "ok"),
    ("create_view", "POST"): ("create", "422"),  # a blank form
    ("edit_view", "GET"): ("update", "ok"),
    ("edit_view", "POST"): ("update", "done"),  # the form as it was shown
    ("delete_view", "POST"): ("delete", "done"),
    ("action_view", "POST"): ("read", "404"),  # Flask-Admin's own: there are none
    ("ajax_lookup", "GET"): ("read", "404"),  # no picker of that name
    ("ajax_update", "POST"): ("read", "404"),  # no list is edited in place
}
#: Where an entity's view answers otherwise.
EXCEPTIONS = {
    ("company", "index_view", "GET"): "done",  # one company: its page
    ("files", "create_view", "GET"): None,  # added on a case's page
    ("files", "create_view", "POST"): None,
    **{
        (entity, "ajax_lookup", "GET"): "ok"
        for entity in ("requests", "quotes", "jobs", "invoices", "credit_notes", "sites")
    },
}
#: Flask-Security's pages for who is signed in.
OWN_ACCOUNT = ("change_password", "verify", "wan_verify", "wan_register", "mf_recovery_codes")
#: The rest, person by person.
LITERAL = {
    ("portal.intake", "GET"): "ok ok ok ok ok",
    ("portal.intake", "POST"): "done done done done done",
    ("portal.intake_en", "GET"): "ok ok ok ok ok",
    ("portal.intake_en", "POST"): "done done done done done",
    **dict.fromkeys((("portal.device", "GET"), ("portal.device_en", "GET")), "ok ok ok ok ok"),  # a sticker is public
    **dict.fromkeys((("portal.device", "POST"), ("portal.device_en", "POST")), "done done done done done"),
    ("portal.receipt", "GET"): "ok ok ok ok ok",
    ("portal.receipt_en", "GET"): "ok ok ok ok ok",
    ("portal.privacy", "GET"): "ok ok ok ok ok",
    ("portal.privacy_en", "GET"): "ok ok ok ok ok",
    ("clients.privacy_view", "GET"): "sign-in 403 ok ok ok",
    ("clients.consent_view", "POST"): "401 403 done 403 done",
    ("clients.export_data_view", "POST"): "401 403 403 ok ok",
    ("clients.anonymise_view", "POST"): "401 403 403 403 done",
    ("links.page", "GET"): "ok ok ok ok ok",
    ("links.pdf", "GET"): "ok ok ok ok ok",
    ("links.receipt", "GET"): "ok ok ok ok ok",
    ("links.seen", "POST"): "204 204 204 204 204",
    ("links.approved", "GET"): "404 404 404 404 404",  # nothing is approved yet
    ("links.photo", "GET"): "ok ok ok ok ok",
    ("links.write", "POST"): "done 403 403 403 403",
    ("links.cancel", "POST"): "done 403 403 403 403",
    ("answers.again", "GET"): "done done done done done",
    ("links.again", "GET"): "done done done done done",
    ("answers.total", "POST"): "ok ok ok ok ok",
    **{(f"answers.{answer}", "POST"): "done 403 403 403 403" for answer in ("approve", "changes", "decline")},
    **{(f"hub.{view}", "GET"): "ok ok ok ok ok" for view in ("ask", "ask_en", "page", "receipt")},
    **{(f"hub.{view}", "GET"): "ok ok ok ok ok" for view in ("statement_page", "statement_pdf", "report", "emails")},
    **{
        (f"hub.{view}", "POST"): "done done done done done"
        for view in ("ask", "ask_en", "open_document", "save_emails")
    },
    ("clients.send_page_view", "POST"): "401 403 done 403 done",
    ("clients.end_page_view", "POST"): "401 403 done 403 done",
    ("choices.page", "GET"): "ok ok ok ok ok",
    ("choices.again", "GET"): "done done done done done",
    ("choices.save", "POST"): "ok ok ok ok ok",  # whoever holds the link of a reminder
    ("choices.stop", "POST"): "ok ok ok ok ok",
    ("portal.logo", "GET"): "404 404 404 404 404",  # there is none yet
    ("portal_photos.add", "POST"): "ok ok ok ok ok",
    ("portal_photos.add_en", "POST"): "ok ok ok ok ok",
    ("portal_photos.remove", "POST"): "204 204 204 204 204",
    ("portal_photos.small", "GET"): "ok ok ok ok ok",  # whoever holds the ticket
    ("static", "GET"): "ok ok ok ok ok",
    ("home.static", "GET"): "sign-in ok ok ok ok",
    ("security.login", "GET"): "ok done done done done",
    ("security.login", "POST"): "ok done done done done",
    ("security.logout", "POST"): "done done done done done",
    ("security.forgot_password", "GET"): "ok ok ok ok ok",
    ("security.forgot_password", "POST"): "ok ok ok ok ok",
    ("security.reset_password", "GET"): "done done done done done",  # a token that is none
    ("security.reset_password", "POST"): "done done done done done",
    **dict.fromkeys(
        (
            *((f"security.{view}", "GET") for view in ("two_factor_token_validation", "tf_select", "mf_recovery")),
            *((f"security.{view}", "POST") for view in ("two_factor_token_validation", "tf_select", "mf_recovery")),
            ("security.wan_signin_response", "POST"),  # a token that is none
        ),
        "done done done done done",  # back to the password, or in already
    ),
    ("security.wan_signin", "GET"): "ok done done done done",
    ("security.wan_signin", "POST"): "ok done done done done",
    **dict.fromkeys(
        (
            *((f"security.{view}", "GET") for view in ("two_factor_setup", "two_factor_rescue", "wan_delete")),
            *((f"security.{view}", "POST") for view in ("two_factor_setup", "two_factor_rescue", "wan_delete")),
            ("security.two_factor_setup_validate", "POST"),
        ),
        "404 404 404 404 404",  # shut: nobody uses them
    ),
    **{(f"security.{view}", "GET"): "sign-in ok ok ok ok" for view in OWN_ACCOUNT},
    **{(f"security.{view}", "POST"): "401 ok ok ok ok" for view in OWN_ACCOUNT},
    ("security.wan_register_response", "POST"): "401 done done done done",
    ("security.wan_verify_response", "POST"): "401 done done done done",
    ("account.index", "GET"): "sign-in ok ok ok ok",
    ("account.authenticator", "GET"): "sign-in ok ok ok ok",
    ("account.authenticator", "POST"): "401 done done done done",  # a secret that is none
    ("account.remove_authenticator", "POST"): "401 done done done done",
    ("account.remove_passkey", "POST"): "401 404 404 404 404",  # nobody's
    ("account.end_sessions", "POST"): "401 done done done done",
    ("account.renew_calendar", "POST"): "401 done done done done",
    ("account.end_calendar", "POST"): "401 done done done done",
    ("teams.renew_calendar_view", "POST"): "401 403 done 403 done",
    ("teams.end_calendar_view", "POST"): "401 403 done 403 done",
    ("feeds.calendar", "GET"): "ok ok ok ok ok",
    ("users.forget_devices_view", "POST"): "401 403 403 403 done",
    ("language.switch", "POST"): "done done done done done",
    ("home.index", "GET"): "sign-in ok ok ok ok",
    ("palette.search", "GET"): "sign-in ok ok ok ok",
    ("calendar.index", "GET"): "sign-in ok ok ok ok",
    ("calendar.events_view", "GET"): "sign-in ok ok ok ok",
    ("calendar.suggestions_view", "GET"): "sign-in 403 ok 403 ok",
    ("calendar.plan_view", "POST"): "401 403 ok 403 ok",
    ("calendar.unplan_view", "POST"): "401 403 ok 403 ok",
    ("operations.index", "GET"): "sign-in 403 403 403 ok",
    ("accounts.index", "GET"): "sign-in 403 done done done",
    ("accounts.ageing_view", "GET"): "sign-in 403 ok ok ok",
    ("accounts.ageing_csv", "GET"): "sign-in 403 403 ok ok",
    ("accounts.items_view", "GET"): "sign-in 403 ok ok ok",
    ("accounts.statement_view", "GET"): "sign-in 403 ok ok ok",
    ("accounts.statement_pdf", "GET"): "sign-in 403 ok ok ok",
    ("accounts.closing_view", "GET"): "sign-in 403 ok ok ok",
    ("accounts.closing_view", "POST"): "401 403 403 done done",
    ("accounts.interac_view", "GET"): "sign-in 403 ok ok ok",
    ("accounts.interac_view", "POST"): "401 403 done done done",
    ("accounts.interac_confirm", "POST"): "401 403 done done done",
    ("accounts.interac_set_aside", "POST"): "401 403 done done done",
    ("accounts.interac_restore", "POST"): "401 403 done done done",
    **{(f"reports.{view}", "GET"): "sign-in 403 ok ok ok" for view in ("index", "report", "rows")},
    **{(f"reports.{view}", "GET"): "sign-in 403 403 ok ok" for view in ("report_file", "rows_file")},
    ("reminders.index", "GET"): "sign-in 403 ok ok ok",
    ("reminders.settings_view", "GET"): "sign-in 403 ok ok ok",
    ("reminders.settings_view", "POST"): "401 403 done 403 done",
    ("clients.contact_view", "POST"): "401 403 done 403 done",
    ("exports.index", "GET"): "sign-in 403 403 ok ok",
    ("exports.download", "GET"): "sign-in 403 403 ok ok",
    ("exports.company", "GET"): "sign-in 403 403 403 ok",
    ("imports.index", "GET"): "sign-in 403 ok 403 ok",
    ("imports.index", "POST"): "401 403 done 403 done",
    ("imports.run", "GET"): "sign-in 403 ok 403 ok",
    **{(f"imports.{what}", "POST"): "401 403 done 403 done" for what in ("columns", "confirm", "discard", "undo")},
    ("home.guide", "GET"): "sign-in ok ok ok ok",
    ("field.index", "GET"): "sign-in ok ok 403 ok",
    ("field.token", "GET"): "sign-in ok ok 403 ok",
    ("field.visit", "GET"): "sign-in ok ok 403 ok",
    ("field.photo", "GET"): "sign-in ok ok 403 ok",
    ("field.act", "POST"): "401 done done 403 done",
    ("field_offline.worker", "GET"): "ok ok ok ok ok",
    ("field_offline.manifest", "GET"): "ok ok ok ok ok",
    ("home.components", "GET"): "sign-in ok ok ok ok",
    ("cases.add_note_view", "POST"): "401 done done 403 done",
    ("cases.write_view", "POST"): "401 403 done 403 done",
    ("inbox.command_view", "GET"): "sign-in 403 ok 403 ok",
    ("inbox.command_view", "POST"): "401 403 done 403 done",
    ("inbox.bulk_view", "POST"): "401 ok ok ok ok",
    ("cases.add_photos_view", "POST"): "401 done done 403 done",
    ("company.logo_view", "GET"): "sign-in 403 404 404 404",  # there is none yet
    ("clients.merge_view", "GET"): "sign-in 403 ok 403 ok",
    ("clients.merge_view", "POST"): "401 403 done 403 done",
    ("clients.undo_merge_view", "POST"): "401 403 done 403 done",
    ("files.content_view", "GET"): "sign-in ok ok ok ok",
    ("files.show_view", "POST"): "401 403 done 403 done",
    ("visits.command_view", "GET"): "sign-in ok ok 403 ok",
    ("visits.command_view", "POST"): "401 done done 403 done",
    ("visits.report_view", "GET"): "sign-in ok ok ok ok",  # no price stands on it
    ("visits.signature_view", "GET"): "sign-in ok ok ok ok",
    ("visits.bulk_view", "POST"): "401 ok ok ok ok",
    ("requests.command_view", "GET"): "sign-in 403 ok 403 ok",
    ("requests.command_view", "POST"): "401 403 done 403 done",
    ("requests.convert_view", "GET"): "sign-in 403 ok 403 ok",
    ("requests.convert_view", "POST"): "401 403 done 403 done",
    ("requests.undo_view", "POST"): "401 403 409 403 409",  # a request was made from nothing
    ("quotes.command_view", "GET"): "sign-in 403 ok 403 ok",
    ("quotes.command_view", "POST"): "401 403 done 403 done",
    ("quotes.convert_view", "GET"): "sign-in 403 ok 403 ok",
    ("quotes.convert_view", "POST"): "401 403 done 403 done",
    ("quotes.undo_view", "POST"): "401 403 done 403 done",
    ("jobs.command_view", "GET"): "sign-in 403 ok 403 ok",
    ("jobs.command_view", "POST"): "401 403 done 403 done",
    ("jobs.convert_view", "GET"): "sign-in 403 ok 403 ok",
    ("jobs.convert_view", "POST"): "401 403 done 403 done",
    ("jobs.undo_view", "POST"): "401 403 409 403 409",
    ("jobs.add_visit_view", "POST"): "401 403 done 403 done",
    ("invoices.command_view", "GET"): "sign-in 403 ok ok ok",  # a payment
    ("invoices.command_view", "POST"): "401 403 done done done",
    ("invoices.convert_view", "GET"): "sign-in 403 404 404 404",  # an invoice becomes nothing else
    ("invoices.convert_view", "POST"): "401 403 404 404 404",
    ("invoices.undo_view", "POST"): "401 403 409 403 409",
    ("invoices.correct_payment_view", "POST"): "401 403 done done done",
    ("invoices.release_view", "POST"): "401 403 done done done",
    ("clients.payment_view", "GET"): "sign-in 403 ok ok ok",
    ("clients.payment_view", "POST"): "401 403 done done done",
    ("payments.refund_view", "GET"): "sign-in 403 ok ok ok",
    ("payments.refund_view", "POST"): "401 403 done done done",
    ("payments.correct_view", "POST"): "401 403 done done done",
    ("payments.keep_view", "POST"): "401 403 done done done",
    ("invoices.credit_view", "GET"): "sign-in 403 ok ok ok",
    ("invoices.credit_view", "POST"): "401 403 ok ok ok",  # shows the amounts, and asks
    ("credit_notes.command_view", "GET"): "sign-in 403 404 404 404",  # it takes no command
    ("credit_notes.command_view", "POST"): "401 403 404 404 404",
    ("credit_notes.convert_view", "GET"): "sign-in 403 404 404 404",
    ("credit_notes.convert_view", "POST"): "401 403 404 404 404",
    ("credit_notes.undo_view", "POST"): "401 403 409 403 409",
    ("credit_notes.bulk_view", "POST"): "401 403 400 400 400",
    ("credit_notes.totals_view", "POST"): "401 403 ok ok ok",
    ("credit_notes.items_view", "GET"): "sign-in 403 403 403 403",
    ("credit_notes.paper_view", "GET"): "sign-in 403 ok ok ok",
    ("credit_notes.pdf_view", "GET"): "sign-in 403 ok ok ok",
    ("credit_notes.send_view", "GET"): "sign-in 403 ok 403 ok",
    ("credit_notes.send_view", "POST"): "401 403 done 403 done",
    ("invoices.paper_view", "GET"): "sign-in 403 ok ok ok",
    ("invoices.pdf_view", "GET"): "sign-in 403 ok ok ok",
    ("quotes.paper_view", "GET"): "sign-in 403 ok ok ok",
    ("quotes.pdf_view", "GET"): "sign-in 403 ok ok ok",
    ("quotes.approval_view", "GET"): "sign-in 403 ok ok ok",
    ("jobs.paper_view", "GET"): "sign-in ok ok ok ok",  # the work order of a visit's job
    ("jobs.pdf_view", "GET"): "sign-in ok ok ok ok",
    **{(f"equipment.{view}", "GET"): "sign-in 403 ok ok ok" for view in ("sticker_view", "stickers_view", "due_view")},
    **{
        (f"equipment.{view}", "POST"): "401 403 done 403 done" for view in ("renew_view", "plan_view", "concerned_view")
    },
    ("requests.end_links_view", "POST"): "401 403 done 403 done",
    ("quotes.end_links_view", "POST"): "401 403 done 403 done",
    ("invoices.end_links_view", "POST"): "401 403 done 403 done",
    ("credit_notes.end_links_view", "POST"): "401 403 done 403 done",
    ("quotes.send_view", "GET"): "sign-in 403 ok 403 ok",
    ("quotes.send_view", "POST"): "401 403 done 403 done",
    ("invoices.send_view", "GET"): "sign-in 403 ok 403 ok",
    ("invoices.send_view", "POST"): "401 403 done 403 done",
    ("messages.command_view", "GET"): "sign-in 403 ok 403 ok",
    ("messages.command_view", "POST"): "401 403 done 403 done",
    ("messages.revoke_view", "POST"): "401 403 done 403 done",
    ("messages.bulk_view", "POST"): "401 403 ok ok ok",
    ("payments.receipt_view", "GET"): "sign-in 403 ok ok ok",
    ("payments.send_receipt_view", "POST"): "401 403 done 403 done",
    **{(f"{kind}.bulk_view", "POST"): "401 403 ok ok ok" for kind in ("requests", "quotes", "jobs", "invoices")},
    **{(f"{kind}.totals_view", "POST"): "401 403 ok ok ok" for kind in ("requests", "quotes", "jobs", "invoices")},
    **{(f"{kind}.items_view", "GET"): "sign-in 403 ok 403 ok" for kind in ("requests", "quotes", "jobs", "invoices")},
}
#: Whoever reads first keeps what was drawn, and nothing else.
KEEPS = {"links.pdf", "invoices.pdf_view", "credit_notes.pdf_view", "quotes.pdf_view", "payments.receipt_view"}
KEEPS |= {"visits.report_view", "quotes.approval_view", "links.approved", "links.receipt", "hub.receipt"}
#: Guarded by a signed ticket instead of a token.
WITHOUT_TOKEN = {"portal.intake", "portal.intake_en", "portal.device", "portal.device_en", "links.seen"}
WITHOUT_TOKEN |= {"links.write", "links.cancel", "hub.ask", "hub.ask_en", "hub.open_document"}
WITHOUT_TOKEN |= {"choices.save", "choices.stop", "hub.save_emails"}
WITHOUT_TOKEN |= {f"answers.{answer}" for answer in ("total", "approve", "changes", "decline")}
WITHOUT_TOKEN |= {"portal_photos.add", "portal_photos.add_en", "portal_photos.remove"}
WRITES = ("INSERT", "UPDATE", "DELETE")


def expected_of(entity: str, action: str, method: str, allowed: str) -> tuple[str, ...]:
    """What the matrix makes of it, person by person."""
    roles = MATRIX[entity][ACTIONS.index(action)]
    stranger = "sign-in" if method == "GET" else "401"
    return (stranger, *(allowed if Role(person) in roles else "403" for person in PEOPLE[1:]))


def table() -> dict[tuple[str, str], tuple[str, ...]]:
    """Endpoint and method → the answer to each person."""
    rows = {key: tuple(answers.split()) for key, answers in LITERAL.items()}
    for entity in ENTITIES:
        for (view, method), (action, answer) in STANDARD.items():
            allowed = EXCEPTIONS.get((entity, view, method), answer)
            if allowed is not None:
                rows[f"{entity}.{view}", method] = expected_of(entity, action, method, allowed)
    return rows


def rules(app: Flask) -> list[tuple[str, str]]:
    """Every endpoint and method; HEAD and OPTIONS are Werkzeug's, made from them."""
    pairs = ((rule.endpoint, rule.methods or ()) for rule in app.url_map.iter_rules())
    return sorted((endpoint, method) for endpoint, methods in pairs for method in {*methods} - {"HEAD", "OPTIONS"})


def be(browser: Browser, user_id: int | None) -> None:
    """Start over as that person, or as a stranger."""
    if user_id is None:
        browser.client = browser.app.test_client()
    else:
        browser.sign_in(user_id)


@contextmanager
def rolled_back(app: Flask) -> Iterator[None]:
    """What a request writes meanwhile is gone afterwards."""
    with app.app_context():
        connection: Any = db.engines[None]
    point = connection.begin_nested()
    try:
        yield
    finally:
        point.rollback()


def ask(browser: Browser, rows: Rows, endpoint: str, method: str, *, token: bool = True) -> str:
    """Make the request with what it takes to succeed; say how it was answered."""
    url, data = rows.request(endpoint, method)
    if endpoint.endswith(".edit_view") and method == "POST":
        shown = browser.get(url)
        data = main_form(shown).data if shown.status_code == 200 else {}
        data.pop("csrf_token", None)
    answer = browser.get(url) if method == "GET" else browser.post(url, data, csrf=token)
    answer.close()  # a static file stays open otherwise
    if answer.status_code in {302, 303}:
        return "sign-in" if "/login?" in answer.location else "done"
    return "ok" if answer.status_code == 200 else str(answer.status_code)


@pytest.mark.parametrize("person", PEOPLE)
def test_each_rule_answers_each_person_as_listed(world: World, browser: Browser, person: str):
    rows = make_rows(world)
    column = PEOPLE.index(person)
    answers = {}
    for endpoint, method in rules(world.app):
        be(browser, rows.people.get(person))
        with rolled_back(world.app), world.counting() as statements:
            answers[endpoint, method] = ask(browser, rows, endpoint, method)
        written = [statement for statement in statements if statement.startswith(WRITES)]
        if endpoint in KEEPS:
            written = [statement for statement in written if not statement.startswith("INSERT INTO rendered_file")]
        assert method != "GET" or not written, f"{endpoint} writes on a GET: {written}"
        assert answers[endpoint, method] not in {"401", "403", "sign-in"} or not written, f"{endpoint}: {written}"
    assert answers == {key: row[column] for key, row in table().items()}


def test_a_post_without_its_token_changes_nothing(world: World, browser: Browser):
    rows = make_rows(world)
    for endpoint, method in rules(world.app):
        if method != "POST" or endpoint in WITHOUT_TOKEN:
            continue
        be(browser, rows.people["owner"])
        with rolled_back(world.app), world.counting() as statements:
            answer = ask(browser, rows, endpoint, method, token=False)
        assert answer == "400", f"{endpoint}: {answer}"
        assert not [statement for statement in statements if statement.startswith(WRITES)], endpoint
