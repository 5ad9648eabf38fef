"""The client asks; somebody looks where that is needed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sercom.core import clock
from sercom.core.access import Actor
from sercom.demo.clients import CLIENTS
from sercom.demo.story import Story
from sercom.demo.visiting import visit_made
from sercom.entities.privacy.consent import CONSENT_VERSION
from sercom.entities.requests.model import WITHDRAWN, CloseReason, HalfDay, Origin
from sercom.models import ServiceRequest

#: How a demo request's ticket begins: no real one does.
TICKET = "demo-"
HALF_DAYS = [half_day.value for half_day in HalfDay]
CLOSED = {reason.value for reason in CloseReason}


def ask(story: Story) -> Iterator[datetime]:
    """The client asks; somebody looks where that is needed."""
    work = story.work
    yield story.wait()
    story.document = request = _request(story)
    story.hands.take_photos(request, work.photos if work.ago is not None else (), story.hands.office)
    story.write_notes()
    if work.end == "new":
        story.over = True
    elif work.end in CLOSED:
        yield story.wait(story.random.randint(1, 4))
        reason = CloseReason(work.end)
        if reason in WITHDRAWN:
            story.hands.cancel(request, reason, work.change)
        else:
            story.hands.give("close", request, reason=reason)
        story.over = True
    elif work.end == "on_the_way":
        yield from _on_the_way(story, request)
    elif work.found or work.look is not None or work.end in {"to_schedule", "late_look"}:
        yield from _look(story, request)


def _request(story: Story) -> ServiceRequest:
    work, ticket = story.work, f"{TICKET}{story.number}"
    details = {
        "description": work.text,
        "urgency": work.urgency,
        "service": story.stage.services[work.service],
        "availability": story.random.sample(HALF_DAYS, 2),
    }
    if work.origin is not Origin.FORM:
        return story.start(ServiceRequest(title=work.title, origin=work.origin, **details))
    who = CLIENTS[work.client]
    if who.prospect and work.client not in story.stage.clients:
        details["description"] = f"{work.title}\n{work.text}"  # the form makes its first line the title
        request = story.hands.fill_form(who, details, ticket)
        story.stage.clients[work.client] = request.client
        return request
    consent = {"ticket": ticket, "consent_at": clock.utcnow(), "consent_version": CONSENT_VERSION}
    request = ServiceRequest(title=work.title, origin=Origin.FORM, **details, **consent)
    return story.start(request, Actor(story.client().name))


def _look(story: Story, request: ServiceRequest) -> Iterator[datetime]:
    yield story.wait()
    late = story.work.end == "late_look"
    slot = story.slot(-1 if late else story.work.look, story.random.randint(1, 3), 1)
    story.hands.give("plan_assessment", request, **story.hands.plan(slot, story.work.crew))
    visit = request.assessments[0]
    if story.work.end == "to_schedule":
        yield story.wait()
        story.hands.give("unschedule", visit)
        story.over = True
    elif late:
        story.over = True
    else:
        yield from visit_made(story, visit, slot, story.work.found, story.work.parts, story.work.photos)
        story.over = story.work.end == "assessed"


def _on_the_way(story: Story, request: ServiceRequest) -> Iterator[datetime]:
    slot = story.hands.slot_near(story.stage.now - timedelta(minutes=10), 1)
    yield story.stage.now - timedelta(minutes=80)
    story.hands.give("plan_assessment", request, **story.hands.plan(slot, "tech"))
    yield story.stage.now - timedelta(minutes=11)
    story.hands.give("leave", request.assessments[0], story.hands.of("tech"))
    story.over = True
