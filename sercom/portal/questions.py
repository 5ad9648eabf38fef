"""The company's own questions as fields of the form, and their answers as a request keeps them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, StringField
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta
from wtforms.validators import Length, Optional

from sercom.core import formats
from sercom.core.fields import Needed, ProductForm, QuantityField
from sercom.entities.catalog.model import Service
from sercom.entities.questions.model import Question, QuestionKind

NEEDED = _l("This question needs an answer.")
PHOTO_NEEDED = _l("This question needs a photo.")
YES_NO = {"yes": True, "no": False}
TEXT_LENGTH = 500


class PickField(Field):
    """One of a few answers, by its key; ``offered`` are pairs of key and text."""

    def __init__(self, label: str, validators: Any, *, offered: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.offered = offered

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Find it, or refuse."""
        self.data = valuelist[0] if valuelist else ""
        if self.data and self.data not in dict(self.offered):
            self.data = ""
            raise ValueError(self.gettext("Not a valid choice."))


class PhotosField(Field):
    """Photos go their own way (``portal/staging.py``): the field holds how many came."""

    data = 0

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Nothing of it stands in the form's text."""


class _Meta(ProductForm.Meta, DefaultMeta):
    """Messages in the reader's language."""


def name_of(question: Question) -> str:
    """The question's field: ``question-12``."""
    return f"question-{question.id}"


class QuestionForm(BaseForm):
    """The questions that are active; only those of the chosen service count."""

    def __init__(self, questions: Sequence[Question], formdata: Any = None) -> None:
        self.questions = {name_of(question): question for question in questions}
        super().__init__({name: _field(question) for name, question in self.questions.items()}, meta=_Meta())
        self.process(self.meta.wrap_formdata(self, formdata))

    def groups(self) -> list[tuple[list[Service], list[Field]]]:
        """Fields by the services that they are asked for; those for everybody first."""
        key = lambda name: [service.id for service in self.questions[name].services]  # noqa: E731
        names = sorted(self.questions, key=key)  # stable: within a group the office's order stays
        grouped = ((list(some)) for _key, some in groupby(names, key))
        return [(list(self.questions[some[0]].services), [self[name] for name in some]) for some in grouped]

    def check(self, service: Service | None, photos: Iterable[str]) -> bool:
        """Validate what is asked for ``service``; ``photos`` names the field of each photo that waits."""
        came = list(photos)
        valid = True
        for name, question in self.questions.items():
            field = self[name]
            if not question.is_asked_for(service):
                field.errors = ()
            elif question.kind is QuestionKind.PHOTO:
                field.data = came.count(name)
                field.errors = [str(PHOTO_NEEDED)] if question.required and not field.data else []
            else:
                field.validate(self)
            valid = valid and not field.errors
        return valid

    def answers(self, service: Service | None) -> list[dict[str, Any]]:
        """What a request keeps of them: questions that were asked and answered."""
        asked = [(name, one) for name, one in self.questions.items() if one.is_asked_for(service)]
        given = [(question, _value(question, self[name].data)) for name, question in asked]
        return [question.answered(value) for question, value in given if value is False or value]

    def caption(self, field: str) -> str:
        """What a photo that was chosen in ``field`` shows."""
        return self.questions[field].label if field in self.questions else ""


def _field(question: Question) -> Any:
    presence = [Needed(NEEDED)] if question.required else [Optional()]
    text: dict[str, Any] = {"label": question.label, "description": question.help}
    if question.kind is QuestionKind.YES_NO:
        return PickField(validators=presence, offered=[("yes", _("Yes")), ("no", _("No"))], **text)
    if question.kind is QuestionKind.CHOICE:
        language = "fr" if formats.in_french() else "en"
        offered = [(str(place), choice[language]) for place, choice in enumerate(question.choices)]
        return PickField(validators=presence, offered=offered, **text)
    if question.kind is QuestionKind.NUMBER:
        return QuantityField(validators=presence, **text)
    if question.kind is QuestionKind.PHOTO:
        return PhotosField(**text)
    limit = {"maxlength": TEXT_LENGTH}
    return StringField(validators=[*presence, Length(max=TEXT_LENGTH)], filters=[_stripped], render_kw=limit, **text)


def _stripped(text: str | None) -> str:
    return (text or "").strip()


def _value(question: Question, data: Any) -> Any:
    """As JSON holds it: text, ``{"fr", "en"}`` of a choice or a number, yes or no, how many photos."""
    if question.kind is QuestionKind.YES_NO:
        return YES_NO.get(data)
    if question.kind is QuestionKind.CHOICE:
        return question.choices[int(data)] if data else None
    if isinstance(data, Decimal):
        text = f"{data.normalize():f}"
        return {"fr": text.replace(".", ","), "en": text}
    return data
