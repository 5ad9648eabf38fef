"""The forms of an answer to a quote: who approves and how it is signed, what is wanted otherwise, why not."""

import unicodedata
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, StopValidation

from sercom.core.choices import LabelledField
from sercom.core.errors import DomainError
from sercom.core.fields import Needed, ProductForm, long, short
from sercom.entities.quotes.evidence import Signed
from sercom.entities.quotes.field import OptionsField
from sercom.entities.quotes.model import DeclineReason, Quote
from sercom.entities.visits.signing import read_drawing
from sercom.portal.forms import trimmed

#: Letters by their category that show nothing: the fillers of Hangul.
FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
SIGN = _l("Sign: draw your signature, or type your name.")
FULL = _l("Write your full name.")


def readable(text: str | None) -> str:
    """What somebody can read of ``text``: on one line, without characters that show nothing."""
    seen = (c for c in text or "" if c not in FILLERS and (unicodedata.category(c) not in {"Cf", "Cc"} or c.isspace()))
    return " ".join("".join(seen).split())


def letters(text: str | None) -> int:
    """How many letters ``text`` has: nobody's name is one alone."""
    return sum(map(str.isalpha, text or ""))


class Readable(Needed):
    """A name has letters: spaces, and what only looks blank, are nothing; one letter is an initial."""

    def __call__(self, form: Any, field: Any) -> None:
        """Stop at a blank, and at an initial."""
        field.raw_data = [field.data if letters(field.data) else ""]
        super().__call__(form, field)
        if letters(field.data) == 1:
            raise StopValidation(str(FULL))


class ApproveForm(ProductForm):
    """Who approves, what is taken, and the signature: drawn, or typed."""

    name = StringField(_l("Your name"), [Readable(), short], filters=[readable], render_kw={"autocomplete": "name"})
    accepted = OptionsField(_l("Your selection"))
    drawing = HiddenField()
    typed = StringField(_l("Sign by typing your full name"), [Optional(), short], filters=[readable])
    shown = HiddenField()

    def about(self, row: Quote) -> None:
        """The options that the quote offers."""
        self.accepted.offer = row.offer

    def signed(self) -> Signed:
        """The signature; raises ``DomainError`` beside what is none. Decoding takes its time."""
        if (self.drawing.data or "").strip():
            return Signed(drawing=read_drawing(self.drawing.data or ""))
        if letters(self.typed.data) < 2:  # noqa: PLR2004  # an initial signs nothing
            raise DomainError(FULL if letters(self.typed.data) else SIGN, "typed")
        return Signed(typed=self.typed.data or "")


class ChangesForm(ProductForm):
    """What the client wants otherwise."""

    words = TextAreaField(_l("Your message"), [Needed(), long], render_kw={"maxlength": 5000})


class DeclineForm(ProductForm):
    """Why the client says no."""

    reason = LabelledField(_l("Why?"), [InputRequired(_l("Choose a reason."))], enum=DeclineReason)
    note = TextAreaField(
        _l("In your own words"), [Optional(), Length(max=5000)], render_kw={"maxlength": 5000}, filters=[trimmed]
    )
