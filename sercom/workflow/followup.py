"""Where a client's request stands, told in five steps: received, visit planned, quote, work, done."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.entities.jobs.model import Job, JobStatus
from sercom.entities.quotes.model import Quote, QuoteStatus
from sercom.entities.requests.model import RequestStatus, ServiceRequest
from sercom.entities.visits.model import Visit, VisitStatus

GOING = {VisitStatus.SCHEDULED, VisitStatus.ON_THE_WAY, VisitStatus.IN_PROGRESS}


@dataclass(frozen=True)
class Step:
    """One step: reached or not, when, and the visit that is planned where there is one."""

    label: LazyString
    reached: bool
    at: datetime | None = None
    visit: Visit | None = None


def steps_of(request: ServiceRequest) -> list[Step]:
    """The five steps; a case that needs no quote passes it by."""
    case = request.case
    quotes = [d for d in case.documents if isinstance(d, Quote) and d.sent_at and d.status is not QuoteStatus.ARCHIVED]
    jobs = [d for d in case.documents if isinstance(d, Job) and d.status is not JobStatus.CANCELLED]
    invoices = [d for d in case.documents if isinstance(d, Invoice) and d.status is InvoiceStatus.ISSUED]
    visit = _planned(request.assessments) or _latest(request.assessments)
    worked = [visit for job in jobs for visit in job.visits]
    done = bool(invoices) or any(job.status in {JobStatus.DONE, JobStatus.CLOSED} for job in jobs)
    return [
        Step(_l("Request received"), reached=True, at=request.created_at),
        Step(_l("Visit planned"), reached=visit is not None, visit=visit),
        Step(_l("Quote"), reached=bool(quotes), at=max((q.sent_at for q in quotes if q.sent_at), default=None)),
        Step(_l("Work"), reached=bool(jobs), visit=_planned(worked) or _latest(worked)),
        Step(_l("Done"), reached=done),
    ]


def is_closed(request: ServiceRequest) -> bool:
    """Whether it goes no further."""
    return request.status is RequestStatus.CLOSED


def _planned(visits: list[Visit]) -> Visit | None:
    """The visit that comes next."""
    planned = [visit for visit in visits if visit.status in GOING and visit.starts_at]
    return min(planned, key=lambda visit: str(visit.starts_at), default=None)


def _latest(visits: list[Visit]) -> Visit | None:
    """The last one that took place."""
    held = [visit for visit in visits if visit.status is VisitStatus.DONE and visit.starts_at]
    return max(held, key=lambda visit: str(visit.starts_at), default=None)
