"""What the people of the demo company can do, when they work, and when they are away."""

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta

from sercom.core import journal
from sercom.core.base import db
from sercom.demo.timeline import Diary
from sercom.demo.works.work import CAMERA, DRAINS, HEATER, HEATING, PLUMBING, PUMP
from sercom.entities.planning.model import AbsenceReason
from sercom.entities.users.model import Colour
from sercom.models import Absence, Service, Skill, Team, User

#: French, English, who has it, the services that ask for it.
SKILLS = (
    ("Réfrigération", "Refrigeration", ("tech", "owner"), (PUMP,)),
    ("Chauffage", "Heating", ("tech", "tech2", "owner"), (HEATING,)),
    ("Plomberie", "Plumbing", ("tech2", "owner"), (PLUMBING, HEATER)),
    ("Drains", "Drains", ("tech2",), (DRAINS, CAMERA)),
    ("Gaz", "Gas", ("owner",), ()),
)
#: From Monday to Friday; who is not named works the usual hours.
HOURS = {"tech": (time(7, 30), time(17)), "owner": (time(8, 30), time(16))}
COLOURS = {
    "owner": Colour.PURPLE,
    "office": Colour.GREY,
    "tech": Colour.BLUE,
    "tech2": Colour.GREEN,
    "accountant": Colour.GREY,
    "install": Colour.OCHRE,
    "service": Colour.TEAL,
}
WORKING_DAYS, WEDNESDAY = range(5), 2
TRAINING = time(13), time(17)


def make(people: Mapping[str, User], teams: Mapping[str, Team], services: Sequence[Service]) -> None:
    """Skills, hours, colours, and what the second technician may besides."""
    for french, english, who, asked in SKILLS:
        skill = Skill(name_fr=french, name_en=english)
        db.session.add(skill)
        for label in who:
            people[label].skills.append(skill)
        for place in asked:
            services[place].skill = skill
    for label, hours in HOURS.items():
        people[label].take_hours(dict.fromkeys(WORKING_DAYS, hours))
    known: dict[str, User | Team] = {**people, **teams}
    for label, colour in COLOURS.items():
        known[label].colour = colour
    people["tech2"].sees_prices = people["tech2"].invoices_on_site = True
    db.session.flush()


def keep_free(diary: Diary) -> None:
    """Nobody is sent out while the second technician is away."""
    diary.block("tech2", TRAINING[0], TRAINING[1], diary.number_of(_next_wednesday(diary.today)))


def go_away(people: Mapping[str, User], today: date) -> None:
    """An afternoon of training next week, and a day on which the company is closed."""
    wednesday = _next_wednesday(today)
    training = Absence(user=people["tech2"], reason=AbsenceReason.TRAINING, note="Frigorigènes A2L, à Laval")
    training.take_time(wednesday, None, *TRAINING)
    friday = wednesday + timedelta(days=16)
    closed = Absence(reason=AbsenceReason.CLOSED, note="Inventaire annuel")
    closed.take_time(friday, None, None, None)
    db.session.add_all([training, closed])
    db.session.flush()
    for absence in (training, closed):
        journal.record(db.session, people["office"].actor, "created", absence)


def _next_wednesday(today: date) -> date:
    return today + timedelta(days=7 - today.weekday() + WEDNESDAY)
