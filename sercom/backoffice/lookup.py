"""Pickers that search while one types, instead of loading every client into a page."""

from collections.abc import Callable
from typing import Any

from flask_admin.model.ajax import AjaxModelLoader
from flask_admin.model.fields import AjaxSelectField
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from wtforms.validators import ValidationError

from sercom.backoffice.listing import words_of
from sercom.core.base import MAX_ID, db, read_whole

PAGE = 10
MIN_TERM = 2
MAX_TERMS = 5


class Lookup(AjaxModelLoader):
    """Finds rows of ``model`` that match every word typed.

    ``describe`` tells two of the same name apart; ``narrow`` limits them by what else the form
    holds; below ``min_term`` letters nothing is asked of the database.
    """

    def __init__(
        self,
        name: str,
        model: type[Any],
        matches: Callable[[str], ColumnElement[bool]],
        *,
        order_by: Any,
        describe: Callable[[Any], str] = str,
        narrow: Callable[[], ColumnElement[bool] | None] = lambda: None,
        min_term: int = MIN_TERM,
    ) -> None:
        super().__init__(name, {})
        self.model, self.matches, self.order_by = model, matches, order_by
        self.describe, self.narrow, self.min_term = describe, narrow, min_term

    def format(self, model: Any) -> tuple[int, str] | None:
        """``(id, text)``."""
        return (model.id, self.describe(model)) if model is not None else None

    def get_one(self, pk: Any) -> Any:
        """The row of that id, ``None`` where there is none."""
        row_id = read_whole(str(pk))
        if not row_id:
            return None
        with db.session.no_autoflush:
            return db.session.get(self.model, row_id)

    def get_list(self, query: str | None, offset: int | None = 0, limit: int = PAGE) -> list[Any]:
        """At most ``PAGE`` rows."""
        words = words_of(query)[:MAX_TERMS]
        narrowed = self.narrow()
        if len("".join(words)) < self.min_term or (not words and narrowed is None):
            return []
        conditions = [self.matches(word) for word in words]
        if narrowed is not None:
            conditions.append(narrowed)
        start = max(0, min(offset or 0, MAX_ID))
        rows = select(self.model).where(*conditions).order_by(self.order_by, self.model.id)
        return list(db.session.scalars(rows.offset(start).limit(max(1, min(limit, PAGE)))))


class LookupField(AjaxSelectField):
    """A row found by searching; the ``lookup`` macro draws it."""

    widget = None

    @property
    def shown(self) -> str:
        """The text of the row that is chosen."""
        found = self.loader.format(self.data)
        return found[1] if found else ""

    @property
    def key(self) -> str:
        """The id of the row that is chosen."""
        return str(self.data.id) if self.data is not None else ""

    def pre_validate(self, form: Any) -> None:
        """An id of nothing is refused in our words: no catalogue holds Flask-Admin's own."""
        named = bool(self.raw_data and self.raw_data[0])
        if self.data is None and (named or not self.allow_blank):
            raise ValidationError(_("Choose from the list."))

    def process_formdata(self, valuelist: Any) -> None:
        """Blank is nothing."""
        blank = valuelist and self.allow_blank and not valuelist[0]
        super().process_formdata(["__None"] if blank else valuelist)
