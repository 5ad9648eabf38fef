"""What a work order says: where, whom to meet, what to do and to bring. No amount stands on it."""

from typing import Any

from sercom.core.base import AnySession
from sercom.core.clock import to_company
from sercom.entities.catalog.model import CatalogItem, ItemKind
from sercom.entities.documents.snapshot import columns, head, names_of
from sercom.entities.jobs.model import Job
from sercom.entities.visits.model import Visit, VisitStatus
from sercom.output.kinds import PaperKind


def snapshot_of(session: AnySession, job: Job) -> dict[str, Any]:
    """The job as plain JSON, for whoever does it."""
    parts = {line.id for line in job.lines if line.item_id and _is_part(session, line.item_id)}
    site, names = job.case.site, names_of(session, job.lines)
    door = columns(site, "access_notes contact_name contact_phone") if site else {}
    snapshot = head(session, PaperKind.WORK_ORDER, job.number, job.client, site)
    return {
        **snapshot,
        "site": snapshot["site"] | door if site else None,
        "case": job.case.number,
        "title": job.title,
        "instructions": job.instructions,
        "description": job.description,
        "visits": [_visit(visit) for visit in job.visits if visit.status is not VisitStatus.CANCELLED],
        "lines": [
            columns(line, "kind description quantity unit") | {"part": line.id in parts} | names.get(line, {})
            for line in job.lines
        ],
    }


def _is_part(session: AnySession, item_id: int) -> bool:
    return session.get_one(CatalogItem, item_id).kind is ItemKind.PART


def _visit(visit: Visit) -> dict[str, Any]:
    """When it is, on the company's clock, and who goes."""
    starts, ends = (to_company(moment) if moment else None for moment in (visit.starts_at, visit.ends_at))
    return {
        "day": starts.date().isoformat() if starts else None,
        "starts": starts.time().isoformat() if starts else None,
        "ends": ends.time().isoformat() if ends else None,
        "any_time": visit.any_time,
        "people": [str(who) for who in (visit.person, visit.team) if who],
    }
