"""Where a client's request stands, told in five steps with their photos: received, visit planned, quote, work, done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.entities.jobs.model import Job, JobStatus
from sercom.entities.quotes.model import Quote, QuoteStatus
from sercom.entities.requests.model import RequestStatus, ServiceRequest
from sercom.entities.visits.model import Visit, VisitStatus
from sercom.workflow.shown import ShownPhoto

#: Places of the steps that have photos.
RECEIVED, ASSESSED, WORKED = 0, 1, 3
GOING = {VisitStatus.SCHEDULED, VisitStatus.ON_THE_WAY, VisitStatus.IN_PROGRESS}


@dataclass(frozen=True)
class Step:
    """One step: reached or not, when, the time of the visit where there is one, and the photos shown to the client."""

    label: LazyString
    reached: bool
    at: datetime | None = None
    visit: "VisitTime | None" = None
    photos: Sequence[ShownPhoto] = ()
    #: What was agreed on and has no date yet.
    to_plan: bool = False
    #: Leads to where its paper is read; this page may be passed on, and opens none.
    leads: LazyString | None = None


@dataclass(frozen=True)
class VisitTime:
    """When a visit takes place (UTC); of the rest of it a client's page knows nothing."""

    starts_at: datetime
    ends_at: datetime
    any_time: bool


def with_photos(steps: Sequence[Step], request: ServiceRequest, photos: Sequence[ShownPhoto]) -> list[Step]:
    """The steps, each with its photos: what came with the request, what was seen on site, what was done."""
    looked = {visit.id for visit in request.assessments}
    kept: dict[int, list[ShownPhoto]] = {RECEIVED: [], ASSESSED: [], WORKED: []}
    for photo in photos:
        step = RECEIVED if photo.visit_id is None else ASSESSED if photo.visit_id in looked else WORKED
        kept[step].append(photo)
    return [replace(step, photos=tuple(kept.get(place, ()))) for place, step in enumerate(steps)]


def steps_of(request: ServiceRequest) -> list[Step]:
    """The five steps; a case that needs no quote passes it by."""
    case = request.case
    quotes = [d for d in case.documents if isinstance(d, Quote) and d.sent_at and d.status is not QuoteStatus.ARCHIVED]
    jobs = [d for d in case.documents if isinstance(d, Job) and d.status is not JobStatus.CANCELLED]
    invoices = [d for d in case.documents if isinstance(d, Invoice) and d.status is InvoiceStatus.ISSUED]
    visit = _planned(request.assessments) or _latest(request.assessments)
    worked = [visit for job in jobs for visit in job.visits]
    work = _time(_planned(worked) or _latest(worked))
    done = bool(invoices) or any(job.status in {JobStatus.DONE, JobStatus.CLOSED} for job in jobs)
    sent = max((quote.sent_at for quote in quotes if quote.sent_at), default=None)
    made = visit is not None and visit.status is VisitStatus.DONE
    return [
        Step(_l("Request received"), reached=True, at=request.created_at),
        Step(_l("Visit made") if made else _l("Visit planned"), reached=visit is not None, visit=_time(visit)),
        Step(_l("Quote"), reached=bool(quotes), at=sent, leads=_l("See it on your client page") if quotes else None),
        Step(_l("Work"), reached=bool(jobs), visit=work, to_plan=bool(jobs) and work is None and not done),
        Step(_l("Done"), reached=done, leads=_l("See the invoice on your client page") if invoices else None),
    ]


def is_closed(request: ServiceRequest) -> bool:
    """Whether it goes no further."""
    return request.status is RequestStatus.CLOSED


def _time(visit: Visit | None) -> VisitTime | None:
    if visit is None or visit.starts_at is None or visit.ends_at is None:
        return None
    return VisitTime(visit.starts_at, visit.ends_at, visit.any_time)


def _planned(visits: list[Visit]) -> Visit | None:
    """The visit that comes next."""
    planned = [visit for visit in visits if visit.status in GOING and visit.starts_at]
    return min(planned, key=lambda visit: str(visit.starts_at), default=None)


def _latest(visits: list[Visit]) -> Visit | None:
    """The last one that took place."""
    held = [visit for visit in visits if visit.status is VisitStatus.DONE and visit.starts_at]
    return max(held, key=lambda visit: str(visit.starts_at), default=None)
