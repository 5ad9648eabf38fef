"""Checklists of the demo company, what its technicians answer, and how its clients sign."""

from base64 import b64encode
from io import BytesIO
from math import sin
from random import Random

from PIL import Image, ImageDraw

from sercom.core import journal
from sercom.core.access import Actor
from sercom.core.base import db
from sercom.demo.works.work import HEATER, PUMP
from sercom.entities.catalog.model import services_offered
from sercom.entities.checklists.model import CheckKind, Checklist, ItemDraft
from sercom.entities.visits.checks import checks_of, take_answers
from sercom.entities.visits.signing import PREFIX, read_drawing, sign
from sercom.models import Visit

N, Y, T, C, W = CheckKind.NUMBER, CheckKind.YES_NO, CheckKind.TICK, CheckKind.CHOICE, CheckKind.TEXT
STATE = (("Bon", "Good"), ("À surveiller", "To watch"), ("À remplacer", "To replace"))
#: Names, service, whether for assessments, and the items.
CHECKLISTS = (
    (
        ("Entretien de thermopompe", "Heat pump maintenance", PUMP, False),
        (
            ItemDraft("Pression d’aspiration", "Suction pressure", N, "psi", required=True),
            ItemDraft("Pression de refoulement", "Discharge pressure", N, "psi", required=True),
            ItemDraft("Température de l’air soufflé", "Supply air temperature", N, "°C", required=True),
            ItemDraft("Température de l’air repris", "Return air temperature", N, "°C"),
            ItemDraft("Filtres nettoyés", "Filters cleaned", T, required=True),
            ItemDraft("Drain de condensat libre", "Condensate drain clear", Y),
            ItemDraft("État du serpentin extérieur", "Outdoor coil", C, choices=STATE),
        ),
    ),
    (
        ("Chauffe-eau", "Water heater", HEATER, False),
        (
            ItemDraft("Température de l’eau au robinet", "Water temperature at the tap", N, "°C", required=True),
            ItemDraft("Soupape de sûreté essayée", "Relief valve tested", Y, required=True),
            ItemDraft("État de l’anode", "Anode", C, choices=STATE),
            ItemDraft("Numéro de série", "Serial number", W),
        ),
    ),
    (
        ("Avant de partir", "Before leaving", None, False),
        (ItemDraft("Lieux laissés propres", "Place left clean", T),),
    ),
)
#: What a measurement comes to, by its unit and its place: from, to.
RANGES = {"psi": ((112, 128), (320, 365)), "°C": ((44, 56), (19, 22))}


def make() -> None:
    """The company's checklists."""
    services = services_offered()
    for (french, english, service, for_assessments), items in CHECKLISTS:
        checklist = Checklist(name_fr=french, name_en=english, for_assessments=for_assessments)
        checklist.service = None if service is None else services[service]
        checklist.take_items(items)
        db.session.add(checklist)
    db.session.flush()


def answer(visit: Visit, technician: Actor, random: Random) -> None:
    """Everything that is asked, as a technician would."""
    seen = dict.fromkeys(RANGES, 0)
    typed = {}
    for check in checks_of(visit):
        kind, unit = CheckKind(check.asked["kind"]), check.asked["unit"]
        value = {T: "yes", Y: "yes", C: str(random.choice((0, 0, 1))), W: f"A{random.randint(10**6, 10**7)}"}.get(kind)
        if value is None:
            low, high = RANGES[unit][seen[unit] % 2]
            seen[unit] += 1
            value = str(random.randint(low * 2, high * 2) / 2)
        typed[check.item_id or 0] = value
    changes = take_answers(visit, typed, technician.user_id)
    db.session.flush()
    if changes:
        journal.record(db.session, technician, "answered", visit, dict(changes))


def signed(visit: Visit, technician: Actor, random: Random) -> None:
    """Whoever is at home draws a name."""
    name = visit.case.client.contact_name or visit.case.client.name
    sign(db.session, visit, technician, name=name, png=read_drawing(scribble(random)))


def scribble(random: Random) -> str:
    """A signature as the glass sends it: loops from left to right, and a stroke below."""
    image = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    tall, fast, lean = random.uniform(28, 46), random.uniform(0.06, 0.1), random.uniform(8, 22)
    points = [
        (60 + step * 1.7 + lean * sin(step * fast * 1.5), 95 + tall * sin(step * fast) * (1 - step / 340))
        for step in range(260)
    ]
    pen.line(points, fill=(20, 30, 40, 255), width=5, joint="curve")
    pen.line([(70, 160), (300, 148), (520, 156)], fill=(20, 30, 40, 255), width=4, joint="curve")
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return PREFIX + b64encode(buffer.getvalue()).decode()
