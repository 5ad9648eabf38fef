"""What the demo company asks on its form besides."""

from sercom.core.base import db
from sercom.demo.works.work import PUMP
from sercom.entities.catalog.model import services_offered
from sercom.entities.questions.model import Question, QuestionKind


def make() -> None:
    """One question for everybody, and two for heat pumps."""
    pump = services_offered()[PUMP]
    db.session.add_all(
        [
            Question(
                position=1,
                kind=QuestionKind.CHOICE,
                label_fr="De quel bâtiment s’agit-il?",
                label_en="What kind of building is it?",
                choices_fr="Maison\nCondo ou logement\nCommerce\nImmeuble locatif",
                choices_en="House\nCondo or apartment\nBusiness\nRental building",
            ),
            Question(
                position=2,
                kind=QuestionKind.TEXT,
                label_fr="Marque et modèle de l’appareil",
                label_en="Make and model of the unit",
                help_fr="Sur la plaque collée à l’appareil, s’il y en a un.",
                help_en="On the plate fixed to the unit, if there is one.",
                services=[pump],
            ),
            Question(
                position=3,
                kind=QuestionKind.YES_NO,
                label_fr="Le panneau électrique a-t-il de la place?",
                label_en="Is there room in the electrical panel?",
                services=[pump],
            ),
        ]
    )
    db.session.flush()
