"""One piece of work as data: who asks for what, what was found, sold and done, and how far it got."""

from dataclasses import dataclass

from sercom.entities.requests.model import Origin
from sercom.entities.requests.triage import Urgency

FORM, PHONE, EMAIL = Origin.FORM, Origin.PHONE, Origin.EMAIL
TODAY, SOON, LATER = Urgency.EMERGENCY, Urgency.SOON, Urgency.FLEXIBLE
#: Services, by their place in the form.
PUMP, HEATING, PLUMBING, DRAINS, HEATER, AIR, CAMERA, OTHER = range(8)


@dataclass(frozen=True)
class Work:
    """A case from its first document on.

    ``day`` is the working day on which it begins, counted from today (negative), or ``ago`` the
    minutes before now; ``path`` its documents by their letters. ``end`` is where it stands
    (``teller.py`` reads it); what would lie in the future has not happened yet anyway.
    ``lines`` and ``parts`` are written as ``catalogue.PriceList`` reads them, ``photos`` as
    ``motif number moment caption``; a note that begins with ``@`` is
    written to the client, one that begins with ``<`` is the client's own.
    """

    client: str
    day: int
    path: str
    title: str
    text: str = ""
    lines: str = ""
    end: str = "closed"
    ago: int | None = None
    site: int = 0
    service: int = PUMP
    urgency: Urgency = LATER
    origin: Origin = PHONE
    #: What the assessment found, and the parts used at once; nothing: no assessment.
    found: str = ""
    parts: str = ""
    #: What the technician says when the job is done.
    done: str = ""
    crew: str = "tech"
    hours: float = 2
    #: Working days of the assessment and of the job's visit, where they must be just then.
    look: int | None = None
    visit: int | None = None
    photos: tuple[str, ...] = ()
    work_photos: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    #: What the client wants changed on the quote, and its lines afterwards; or why a request is cancelled.
    change: str = ""
    revised: str = ""
    discount: int = 0
    #: The same in percent.
    percent_off: int = 0
    #: What of the job is invoiced, in percent a time, and what is held back of each.
    progress: tuple[int, ...] = ()
    holdback: int = 0
    #: The deposit that the quote asks, in percent.
    asks: int = 0
    #: What goes wrong on the way: ``absent``, ``parts``, ``time``, ``void``, ``rebate``, ``overbilled``,
    #: ``credited``.
    detour: str = ""
    #: Deposit taken when the quote is approved, in dollars.
    deposit: int = 0
    #: Method and working days after the invoice; ``part`` pays a share, ``over`` too much.
    pay: str = ""
