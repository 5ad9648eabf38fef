"""The demo company's own rules of triage, after those that come with the product."""

from sqlalchemy import func, select

from sercom.core.base import db
from sercom.demo.works.work import CAMERA, PUMP
from sercom.entities.catalog.model import services_offered
from sercom.entities.requests.triage import Path
from sercom.models import TriageRule

#: Service, words, path, minutes, skill, why.
RULES = (
    (
        PUMP,
        "prix, soumission, combien, installer, installation, remplacer, quote, price, install, replace",
        (Path.QUOTED, 480, "Réfrigération"),
        ("une thermopompe se choisit après avoir vu la maison", "a heat pump is chosen after seeing the home"),
    ),
    (
        CAMERA,
        None,
        (Path.CALLED, 120, "Drains"),
        ("une inspection par caméra a un prix connu", "a camera inspection has a known price"),
    ),
    (
        None,
        "installer, installation, ajouter, ajout, remplacer, soumission, install, replace, quote",
        (Path.QUOTED, 360, "Installation"),
        ("une installation se mesure sur place", "an installation is measured on site"),
    ),
)


def make() -> None:
    """Add them behind the others."""
    services = services_offered()
    last = db.session.scalar(select(func.max(TriageRule.position))) or 0
    for place, (service, words, (path, minutes, skill), (french, english)) in enumerate(RULES, start=last + 1):
        rule = TriageRule(position=place, keywords=words, path=path, minutes=minutes, skill=skill)
        rule.service = None if service is None else services[service]
        rule.reason_fr, rule.reason_en = french, english
        db.session.add(rule)
    db.session.flush()
