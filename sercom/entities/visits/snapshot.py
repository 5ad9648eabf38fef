"""What a work report says: who was there, when, what was found, measured, used, photographed and signed. No amount."""

from typing import Any

from flask_babel import force_locale
from sqlalchemy import select

from sercom.core.base import AnySession
from sercom.core.clock import to_company
from sercom.entities.documents.snapshot import columns, head, in_both
from sercom.entities.equipment.model import EquipmentWork
from sercom.entities.files.model import File, Moment
from sercom.entities.users.model import Language, User
from sercom.entities.visits.checks import Check, checks_of
from sercom.entities.visits.model import Visit, VisitStatus
from sercom.output.kinds import PaperKind

#: Visits that somebody worked at: they have a report.
REPORTED = (VisitStatus.DONE, VisitStatus.INCOMPLETE)
ORDER = [*Moment, None]


def snapshot_of(session: AnySession, visit: Visit, *, shown_only: bool = False) -> dict[str, Any]:
    """The visit as plain JSON. ``work`` is what a later correction changes; the rest is the head of the paper.

    ``shown_only``: of the photos those that the client is shown.
    """
    case = visit.case
    return {
        **head(session, PaperKind.WORK_REPORT, number_of(visit), case.client, case.site),
        "case": case.number,
        "title": visit.document.title or case.title,
        "assessment": visit.is_assessment,
        "work": _work(session, visit, shown_only=shown_only),
    }


def number_of(visit: Visit) -> str:
    """``2026-0142-R2``: the second visit of its case that somebody worked at."""
    worked = [other for other in visit.case.visits if other.status in REPORTED and other.ended_at]
    worked.sort(key=lambda other: (other.ended_at, other.id))
    return f"{visit.case.number}-R{worked.index(visit) + 1 if visit in worked else len(worked) + 1}"


def _work(session: AnySession, visit: Visit, *, shown_only: bool) -> dict[str, Any]:
    spans = [(span.started_at, span.ended_at) for span in visit.spans if span.ended_at]
    if not spans and visit.started_at and visit.ended_at:
        spans = [(visit.started_at, visit.ended_at)]
    began = spans[0][0] if spans else visit.starts_at
    return {
        "day": to_company(began).date().isoformat() if began else None,
        "times": [[to_company(moment).time().isoformat() for moment in span] for span in spans],
        "people": _people(session, visit),
        **columns(visit, "minutes findings unanswered_reason"),
        "devices": [_device(work) for work in visit.case.works],
        "incomplete": in_both(visit.incomplete_reason) if visit.incomplete_reason else None,
        "checks": [_check(check) for check in checks_of(visit)],
        "parts": [
            columns(part, "description quantity") | {"unit": part.item.unit if part.item else ""}
            for part in visit.parts
        ],
        "photos": _photos(session, visit, shown_only=shown_only),
        "signatures": [_signature(signature) for signature in visit.signatures],
    }


def _people(session: AnySession, visit: Visit) -> list[str]:
    """Who worked there by the clock, else who was sent."""
    ids = list(dict.fromkeys(span.user_id for span in visit.spans if span.user_id))
    worked = {user.id: user.name for user in session.scalars(select(User).where(User.id.in_(ids)))} if ids else {}
    return [worked[key] for key in ids] or [str(who) for who in (visit.person, visit.team) if who]


def _device(work: EquipmentWork) -> dict[str, Any]:
    """A device that the case is about, named in each language; whether this was its maintenance."""
    device, told = work.equipment, {}
    for language in Language:
        with force_locale(language.value):
            told[language.value] = str(device)
    return told | {"serial": device.serial, "upkeep": work.is_upkeep}


def _check(check: Check) -> dict[str, Any]:
    assert check.answer is not None  # a visit that has ended tells what was answered alone
    told = {}
    for language in Language:
        with force_locale(language.value):
            told[language.value] = [check.text, check.told]
    return told


def _photos(session: AnySession, visit: Visit, *, shown_only: bool) -> list[dict[str, Any]]:
    """Before, during, after, and those that nobody placed; in the order in which they came."""
    wanted = (File.visit_id == visit.id, *([File.shown_to_client] if shown_only else []))
    files = session.scalars(select(File).where(*wanted).order_by(File.id)).all()
    placed = sorted(files, key=lambda file: ORDER.index(file.moment))
    return [columns(file, "id sha256 caption moment width height") for file in placed]


def _signature(signature: Any) -> dict[str, Any]:
    at = to_company(signature.signed_at)
    moment = {"day": at.date().isoformat(), "time": at.time().isoformat()}
    return columns(signature, "id name sha256 about") | moment
