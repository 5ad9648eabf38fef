"""The calendar of a person or a team, behind a private address that any calendar program can take."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, make_response, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from sercom.core import clock, formats
from sercom.core.access import OFFICE
from sercom.core.base import db
from sercom.entities.planning.feed import find_feed
from sercom.entities.users.model import Language, Team, User
from sercom.entities.visits.model import Visit, VisitStatus
from sercom.output.ics import Entry, calendar_file

feeds = Blueprint("feeds", __name__, url_prefix="/calendar")


@feeds.get("/<token>.ics")
def calendar(token: str) -> Any:
    """The visits; one and the same 404 for an address that is none, or none any more."""
    feed = find_feed(db.session, token)
    if feed is None:
        abort(404)
    language = feed.owner.language if isinstance(feed.owner, User) else Language.FRENCH
    with force_locale(language.value):
        entries = [entry_of(visit, _page_of(visit, feed.owner)) for visit in feed.visits(db.session)]
        content = calendar_file(str(feed.owner), entries)
    response = make_response(content)
    response.mimetype = "text/calendar"
    response.headers["Content-Disposition"] = 'inline; filename="sercom.ics"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.add_etag()
    return response.make_conditional(request)


def _page_of(visit: Visit, owner: User | Team) -> str:
    """Where an event leads: the office to its own page of the visit, who goes there to the one of the phone."""
    if isinstance(owner, User) and owner.actor.has(OFFICE):
        return url_for("visits.details_view", id=visit.id, _external=True)
    return url_for("field.visit", visit_id=visit.id, _external=True)


def entry_of(visit: Visit, url: str) -> Entry:
    """What a calendar shows of a visit: who, where, how to get in. No amount."""
    case, site = visit.case, visit.case.site
    assert visit.starts_at is not None
    assert visit.ends_at is not None
    begins, ends = visit.starts_at, visit.ends_at
    days = [clock.to_company(moment).date() for moment in (begins, ends)]
    what = _("Assessment") if visit.is_assessment else visit.document.title
    phone = (site.contact_phone if site else None) or case.client.phone
    people = ", ".join(str(who) for who in (visit.person, visit.team) if who)
    told = (case.number, people, formats.phone(phone), site.access_notes if site else None, visit.instructions)
    return Entry(
        uid=f"visit-{visit.id}-{visit.created_at:%Y%m%d%H%M%S}@sercom",
        sequence=visit.version,
        changed_at=visit.updated_at,
        begins=days[0] if visit.any_time else begins,
        ends=days[1] + timedelta(days=1) if visit.any_time else ends,
        title=f"{case.client} · {what}" if what else str(case.client),
        place=f"{site.street}, {site.city} ({site.province.value}) {site.postal_code}" if site else "",
        text="\n".join(part for part in told if part),
        url=url,
        cancelled=visit.status is VisitStatus.CANCELLED,
    )
