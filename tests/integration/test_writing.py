"""What clients write and what is written to them: kept once, told, handled; internal stays internal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from sercom.core import clock
from sercom.core.base import db
from sercom.core.errors import ConflictError, DomainError, ForbiddenError
from sercom.core.journal import JournalEntry
from sercom.entities.delivery.message import Message, MessageKind
from sercom.entities.files.photos import make_safe
from sercom.entities.files.store import add_photo
from sercom.entities.inbox.model import ClientMessage, InboxStatus
from sercom.entities.requests.model import CloseReason, HalfDay
from sercom.models import Note
from sercom.workflow import hub, inbox, merging, shown, writing
from sercom.workflow.inbox import Written
from sercom.workflow.transitions import run
from tests.rows import picture
from tests.support import convert, give, make_client, make_user, name_company, start

JULIE = {"name": "Julie Tremblay", "email": "julie@example.org"}


@pytest.fixture
def office(context: Any) -> Any:
    name_company()
    return make_user("office", name="Karine").actor


def ask(office: Any, **columns: Any) -> Any:
    return start("request", office, make_client(**JULIE | columns))


def mails(kind: MessageKind) -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)))


# --- from the client ------------------------------------------------------------------------------


def test_what_a_client_writes_is_kept_told_and_never_in_the_journal(office):
    request = ask(office, contact_name="Julie T.")
    words = Written(
        "SECRET le bruit\nvient du toit", [HalfDay.FRI_PM, HalfDay.MON_AM], [("a.jpg", make_safe(picture()))]
    )
    message = inbox.receive(db.session, request, words, "a")
    assert (message.author, message.kind.value, message.status) == ("Julie T.", "other_time", InboxStatus.NEW)
    assert message.availability == request.availability == ["mon_am", "fri_pm"]
    assert [(photo.shown_to_client, photo.document_id) for photo in message.photos] == [(True, request.id)]
    entries = db.session.scalars(select(JournalEntry).where(JournalEntry.case_id == request.case_id)).all()
    told = [(entry.event, entry.actor_name, entry.subject_label) for entry in entries if entry.actor_name == "Julie T."]
    assert told == [
        ("client_wrote", "Julie T.", request.number),
        ("photo_added", "Julie T.", "a.jpg"),
        ("changed", "Julie T.", request.number),
    ]
    assert not any("SECRET" in str(entry.changes) + entry.subject_label for entry in entries)
    (notice,) = mails(MessageKind.CLIENT_MESSAGE)
    assert notice.to_email == "info@boreale.example"
    assert f"/admin/inbox/details/?id={message.id}" in notice.body
    assert "SECRET le bruit" in notice.body
    with pytest.raises(IntegrityError):
        inbox.receive(db.session, request, Written("encore"), "a")


def test_the_office_is_told_once_of_a_flood_and_of_each_cancellation(office):
    request, other = ask(office), ask(office)
    for number in range(4):
        inbox.receive(db.session, request, Written("Allô"), f"a{number}")
    inbox.receive(db.session, other, Written("Allô"), "b")
    assert len(mails(MessageKind.CLIENT_MESSAGE)) == 2
    with clock.at(clock.utcnow() + timedelta(minutes=16)):
        inbox.receive(db.session, request, Written("Allô?"), "c")
    assert len(mails(MessageKind.CLIENT_MESSAGE)) == 3
    inbox.cancel(db.session, other, CloseReason.TOO_LATE, "", "d")
    assert len(mails(MessageKind.CLIENT_MESSAGE)) == 4
    with pytest.raises(DomainError, match="Écrivez quelque chose"):
        inbox.receive(db.session, request, Written(), "e")


def _planned(request: Any, office: Any) -> None:
    starts = clock.utcnow() + timedelta(days=1)
    times = {"starts_at": starts, "ends_at": starts + timedelta(hours=1)}
    give("plan_assessment", request, office, person=make_user("technician"), **times)
    db.session.expire(request.case)


def _leaving(request: Any, office: Any) -> None:
    _planned(request, office)
    give("leave", request.assessments[0], office)


#: What came of the request before, and whether its client may cancel alone.
BEFORE = {
    "nothing": (lambda _request, _office: None, True),
    "a visit is planned": (_planned, True),
    "assessed": (lambda request, office: give("mark_assessed", request, office), True),
    "somebody is on the way": (_leaving, False),
    "a quote was made": (lambda request, office: convert(request, "quote", office), False),
    "a job was made": (lambda request, office: convert(request, "job", office), False),
}


@pytest.mark.parametrize("before", BEFORE)
def test_a_client_cancels_as_far_as_nothing_hangs_on_it(office, before):
    happens, may = BEFORE[before]
    request = ask(office)
    happens(request, office)
    assert inbox.can_cancel(request) is may
    if not may:
        with pytest.raises(DomainError):
            inbox.cancel(db.session, request, CloseReason.NOT_NEEDED, "", "a")
        assert request.status.value != "closed"
        return
    message = inbox.cancel(db.session, request, CloseReason.ELSEWHERE, "Merci quand même", "a")
    assert message is not None
    assert (request.status.value, request.close_reason, message.body) == ("closed", CloseReason.ELSEWHERE, message.body)
    assert {visit.status.value for visit in request.assessments} <= {"cancelled"}
    assert inbox.cancel(db.session, request, CloseReason.OTHER, "", "b") is None, "once"
    assert not inbox.can_cancel(request)


def test_a_link_gives_no_command_of_another_client_and_no_other_command(office):
    request, other = ask(office), ask(office, name="Luc Roy")
    for actor, command, data in (
        (inbox.client_of(other), "close", {"reason": CloseReason.OTHER}),
        (inbox.client_of(request), "mark_assessed", {}),
    ):
        with pytest.raises(ForbiddenError):
            run(db.session, command, request, actor, data)
    with pytest.raises(DomainError):
        inbox.cancel(db.session, request, CloseReason.SPAM, "", "a")


def test_whose_client_was_merged_meanwhile_goes_on_as_the_one_that_stays(office):
    request, stayer = ask(office), make_client("Julie T.")
    merging.merge(db.session, stayer.id, request.client_id, office)
    assert inbox.client_of(request).client_id == stayer.id
    assert inbox.receive(db.session, request, Written("Allô"), "a").author == "Julie T."
    assert inbox.cancel(db.session, request, CloseReason.OTHER, "", "b") is not None


# --- to the client ---------------------------------------------------------------------------------


def test_an_answer_stands_on_the_page_leaves_by_mail_and_handles_what_was_asked(office):
    request = ask(office)
    first, second = (inbox.receive(db.session, request, Written("?"), ticket) for ticket in "ab")
    note = writing.write_to_client(db.session, request.case, office, " Demain {link} à 8 h. ", token="t")
    assert (note.body, note.shown_to_client, note.document) == ("Demain {link} à 8 h.", True, request)
    (letter,) = mails(MessageKind.REPLY)
    assert (note.message, letter.to_email, letter.case_id) == (letter, JULIE["email"], request.case_id)
    assert letter.link is not None
    assert letter.link_url in letter.text
    assert "Demain" in letter.text
    assert [first.status, second.status] == [InboxStatus.HANDLED] * 2
    assert first.handled_by_id == office.user_id
    assert writing.write_to_client(db.session, request.case, office, "Deux fois", token="t") is note
    assert len(mails(MessageKind.REPLY)) == 1
    events = db.session.scalars(select(JournalEntry.event).where(JournalEntry.case_id == request.case_id)).all()
    assert events[-4:] == ["client_told", "emailed", "handle", "handle"]


def test_what_is_mailed_carries_no_link_that_ends_with_the_clients_page(office):
    request = ask(office)
    page = hub.send(db.session, request.client, office, to=JULIE["email"]).hub_link
    opened = hub.open_document(db.session, page, request)
    writing.write_to_client(db.session, request.case, office, "Nous passons demain.", token="a")
    (mail,) = mails(MessageKind.REPLY)
    assert mail.link_id not in {None, opened.id}
    hub.end_links(db.session, request.client, office)
    assert (opened.is_open, mail.link.is_open) == (False, True)


def test_what_is_written_names_the_page_that_is_there(office):
    request = ask(office)
    quote = convert(request, "quote", office)
    case = request.case
    assert writing.page_for(case, quote) is request, "a draft has no page"
    give("mark_sent", quote, office)
    assert (writing.page_for(case, quote), writing.page_for(case, None)) == (quote, request)
    job = start("job", office, make_client(**JULIE))
    note = writing.write_to_client(db.session, job.case, office, "Bonjour", token="a")
    assert (note.document, note.message.link) == (None, None)
    assert "{link}" not in note.message.body
    assert "page" not in note.message.body
    nobody = start("job", office, make_client(email=None))
    assert not writing.can_be_reached(nobody.case)
    for who, case, body in ((office, nobody.case, "x"), (office, job.case, " "), (office, job.case, "x" * 5001)):
        with pytest.raises(DomainError):
            writing.write_to_client(db.session, case, who, body, token="b")
    with pytest.raises(ForbiddenError):
        writing.write_to_client(db.session, job.case, make_user("technician").actor, "x", token="b")


# --- internal stays internal -----------------------------------------------------------------------


def test_the_database_keeps_a_note_internal_or_shown_for_ever(office):
    note = writing.add_internal_note(db.session, ask(office).case, office, "Chien")
    for value in (True, False):
        row = Note(case=note.case, body="x", shown_to_client=not value)
        db.session.add(row)
        db.session.flush()
        point = db.session.begin_nested()
        change = text("UPDATE note SET shown_to_client = :value WHERE id = :id").bindparams(value=value, id=row.id)
        with pytest.raises(DBAPIError, match="for ever"):
            db.session.execute(change)
        point.rollback()


def test_a_page_is_given_what_is_shown_and_nothing_else(office):
    request = ask(office)
    quote = convert(request, "quote", office)
    give("mark_sent", quote, office)
    case, photo = request.case, make_safe(picture())
    writing.add_internal_note(db.session, case, office, "SECRET interne")
    add_photo(db.session, case, photo, office, name="SECRET.jpg", caption="SECRET")
    job = convert(quote, "job", office, approval={"channel": "phone", "name": "Julie"})
    job.visits[0].findings = job.visits[0].instructions = "SECRET trouvé"
    kept = add_photo(db.session, case, photo, office, name="b", caption="La plaque", shown_to_client=True)
    inbox.receive(db.session, request, Written("Sur la demande"), "a")
    inbox.receive(db.session, quote, Written("Sur la soumission"), "b")
    writing.write_to_client(db.session, case, office, "Réponse", about=quote, token="t")
    whole = shown.shown_on(db.session, request, "Boréale")
    assert [entry.text for entry in whole.entries] == ["Sur la demande", "Sur la soumission", "Réponse"]
    assert [(one.id, one.words) for one in whole.photos] == [(kept.id, "La plaque")]
    assert "SECRET" not in repr(whole)
    part = shown.shown_on(db.session, quote, "Boréale")
    assert [entry.text for entry in part.entries] == ["Sur la soumission", "Réponse"], "this page may be passed on"
    assert [entry.who for entry in part.entries] == ["", "Karine · Boréale"]
    ids = [file.id for file in db.session.scalars(select(type(kept)))]
    assert [shown.photo_data(db.session, quote, one, small=True) is not None for one in ids] == [False, True]
    assert shown.photo_data(db.session, ask(office), kept.id, small=True) is None, "another case's"


def test_every_kind_of_e_mail_is_for_the_client_or_not(office):
    """A new kind is not shown before somebody says so here."""
    hidden = {MessageKind.NEW_REQUEST, MessageKind.CLIENT_MESSAGE, MessageKind.ACCOUNT}
    hidden |= {MessageKind.QUOTE_ANSWERED, MessageKind.CLIENT_PAGE}
    as_notes = {MessageKind.REPLY}
    assert shown.TO_CLIENT | hidden | as_notes == set(MessageKind)
    assert db.session.scalar(select(ClientMessage.id)) is None


def test_two_who_hold_the_same_request_cancel_it_once(office):
    request = ask(office)
    inbox.cancel(db.session, request, CloseReason.OTHER, "", "a")
    with pytest.raises(ConflictError):
        run(db.session, "close", request, inbox.client_of(request), {"reason": CloseReason.OTHER})
