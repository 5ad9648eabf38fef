"""Sales before tax by month, by service and by technician, less credit notes and what was voided."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CTE, BigInteger, FromClause, Select, String, Subquery, case, cast, func, literal, null, select

from sercom.core import formats
from sercom.core.base import AnySession
from sercom.core.money import ZERO
from sercom.entities.catalog.model import Service
from sercom.entities.clients.model import Client
from sercom.entities.documents.model import Conversion, Document
from sercom.entities.requests.model import ServiceRequest
from sercom.entities.users.model import Team, User
from sercom.entities.visits.model import Visit, VisitStatus
from sercom.reports.exact import cents, dollars, whole_sum
from sercom.reports.listing import Column, Listing
from sercom.reports.period import Period
from sercom.reports.sold import DOCUMENT, HEAD, NUMBERED, PART, movements, signed

NONE = "none"
WORKED = (VisitStatus.DONE, VisitStatus.INCOMPLETE)
REQUEST = ServiceRequest.__table__.c


@dataclass(frozen=True)
class Share:
    """What one month, service or technician comes to, in dollars; ``key`` as a URL names it."""

    key: str
    name: str
    documents: int
    amount: Decimal


@dataclass(frozen=True)
class Sales:
    """The three views of one sum."""

    months: list[Share]
    services: list[Share]
    technicians: list[Share]

    @property
    def total(self) -> Decimal:
        """All sales of the period before tax, in dollars."""
        return sum((share.amount for share in self.months), ZERO)


def add_up(session: AnySession, period: Period) -> Sales:
    """Three queries, whatever there is; a month without sales is there too."""
    months = {key: (count, amount) for key, count, amount in session.execute(_by_month(period))}
    shares = [Share(month.key, month.name, *months.get(month.key, (0, ZERO))) for month in period.months]
    return Sales(shares, _named(session, _by_service(period)), _named(session, _by_technician(period)))


def _named(session: AnySession, query: Select[Any]) -> list[Share]:
    shares = [Share(key or NONE, name or "", count, amount) for key, name, count, amount in session.execute(query)]
    return sorted(shares, key=lambda share: (share.key == NONE, -share.amount, share.name))


def _with_net(moved: CTE) -> Any:
    return moved.join(Document.__table__, DOCUMENT.id == moved.c.document_id)


def _by_month(period: Period) -> Select[Any]:
    moved = movements(period)
    net = dollars(whole_sum(signed(moved, cents(DOCUMENT.net))))
    return select(moved.c.month, func.count(), net).select_from(_with_net(moved)).group_by(moved.c.month)


def _service_of() -> Any:
    """The service of the case's first request that names one."""
    asked = Document.__table__.alias("asked")
    return (
        select(REQUEST.service_id)
        .join_from(asked, REQUEST.id.table, REQUEST.id == asked.c.id)
        .where(asked.c.case_id == DOCUMENT.case_id, REQUEST.service_id.is_not(None))
        .order_by(asked.c.id)
        .limit(1)
        .correlate(Document.__table__)
        .scalar_subquery()
    )


def _with_service(period: Period) -> Subquery:
    moved = movements(period)
    return (
        select(moved, signed(moved, cents(DOCUMENT.net)).label("net"), _service_of().label("service_id"))
        .select_from(_with_net(moved))
        .subquery("served")
    )


def _by_service(period: Period) -> Select[Any]:
    rows = _with_service(period)
    name = Service.name_fr if formats.in_french() else Service.name_en
    sums = (
        select(rows.c.service_id, func.count().label("count"), whole_sum(rows.c.net).label("net"))
        .group_by(rows.c.service_id)
        .subquery()
    )
    return select(cast(sums.c.service_id, String), name, sums.c.count, dollars(sums.c.net)).outerjoin_from(
        sums, Service, Service.id == sums.c.service_id
    )


def shares_of_technicians(period: Period) -> Subquery:
    """A row a movement and finished visit, the net in equal parts; what no cent can be cut from goes first.

    The visits are those of the documents that the invoice was made from (its job, or the request
    settled at the first visit). An invoice without any is one row without a technician.
    """
    moved, visit = movements(period), Visit.__table__.c
    sources = Conversion.__table__.c
    visits = (
        select(sources.target_id, visit.id, visit.person_id, visit.team_id)
        .join_from(sources.id.table, visit.id.table, visit.document_id == sources.source_id)
        .where(visit.status.in_(WORKED))
        .subquery("visits")
    )
    count = func.count().over(partition_by=(moved.c.document_id, moved.c.part))
    place = func.row_number().over(partition_by=(moved.c.document_id, moved.c.part), order_by=visits.c.id)
    rows = (
        select(
            moved,
            visits.c.person_id,
            visits.c.team_id,
            cents(DOCUMENT.net).label("net"),
            cast(count, BigInteger).label("parts"),
            cast(place, BigInteger).label("place"),
        )
        .select_from(_with_net(moved).outerjoin(visits, visits.c.target_id == moved.c.invoice_id))
        .subquery("visited")
    )
    part = rows.c.net // rows.c.parts + case((rows.c.place <= rows.c.net % rows.c.parts, 1), else_=0)
    who = case(
        (rows.c.person_id.is_not(None), literal("person-") + cast(rows.c.person_id, String)),
        (rows.c.team_id.is_not(None), literal("team-") + cast(rows.c.team_id, String)),
        else_=null(),
    )
    return select(rows, signed(rows, part).label("share"), cast(who, String).label("who")).subquery("shared")


def _by_technician(period: Period) -> Select[Any]:
    rows = shares_of_technicians(period)
    team = case((rows.c.person_id.is_(None), rows.c.team_id), else_=null())
    documents = func.count(func.distinct(rows.c.document_id))
    sums = (
        select(
            rows.c.who,
            rows.c.person_id,
            team.label("team_id"),
            documents.label("count"),
            whole_sum(rows.c.share).label("net"),
        )
        .group_by(rows.c.who, rows.c.person_id, team)
        .subquery()
    )
    return (
        select(sums.c.who, func.coalesce(User.name, Team.name), sums.c.count, dollars(sums.c.net))
        .outerjoin_from(sums, User, User.id == sums.c.person_id)
        .outerjoin(Team, Team.id == sums.c.team_id)
    )


# --- the rows behind a figure ---------------------------------------------------------------------


def listing(period: Period, args: Mapping[str, str]) -> Listing | None:
    """What a URL names: ``month``, ``service`` or ``technician``, by its key; all sales where it is ``all``."""
    amount = Column("amount", _l("Before tax"), sums=True)
    if (service := args.get("service")) is not None:
        rows = _with_service(period)
        wanted = rows.c.service_id.is_(None) if service == NONE else cast(rows.c.service_id, String) == service
        return Listing(_l("Sales of a service"), (*HEAD, PART, amount), *_documents(rows, rows.c.net, wanted))
    if (who := args.get("technician")) is not None:
        rows = shares_of_technicians(period)
        wanted = rows.c.who.is_(None) if who == NONE else rows.c.who == who
        query, order = _documents(rows, rows.c.share, wanted)
        return Listing(_l("Sales of a technician"), (*HEAD, PART, amount), query, (*order, rows.c.place))
    if (month := args.get("month")) is not None:
        moved = movements(period)
        query, order = _documents(moved, signed(moved, cents(DOCUMENT.net)), None)
        query = query if month == "all" else query.where(moved.c.month == month)
        title = next((each.name for each in period.months if each.key == month), _l("All sales"))
        return Listing(title, (*HEAD, PART, amount), query, order)
    return None


def _documents(rows: FromClause, amount: Any, wanted: Any) -> tuple[Select[Any], tuple[Any, ...]]:
    query = (
        select(*NUMBERED, rows.c.day, rows.c.part, dollars(amount).label("amount"))
        .join_from(rows, Document.__table__, DOCUMENT.id == rows.c.document_id)
        .join(Client, Client.id == DOCUMENT.client_id)
    )
    return query if wanted is None else query.where(wanted), (rows.c.day, DOCUMENT.id)
