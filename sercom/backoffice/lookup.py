"""Pickers that search while one types, instead of loading every client into a page."""

from collections.abc import Callable
from typing import Any

from flask_admin.model.ajax import AjaxModelLoader
from flask_admin.model.fields import AjaxSelectField
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false, select
from wtforms.validators import ValidationError

from sercom.backoffice.listing import SearchCondition
from sercom.core.base import MAX_ID, db, read_whole
from sercom.search.find import Match
from sercom.search.words import chunks

PAGE = 10
MIN_TERM = 2
MAX_TERMS = 5


class Lookup(AjaxModelLoader):
    """Finds rows of ``model`` that match every word typed; those that nearly do where there are none.

    ``describe`` tells two of the same name apart; ``narrow`` limits them by what else the form
    holds, ``only`` always does; below ``min_term`` letters nothing is asked of the database.
    """

    def __init__(
        self,
        name: str,
        model: type[Any],
        matches: SearchCondition,
        *,
        order_by: Any,
        describe: Callable[[Any], str] = str,
        narrow: Callable[[], ColumnElement[bool] | None] = lambda: None,
        only: ColumnElement[bool] | None = None,
        min_term: int = MIN_TERM,
    ) -> None:
        super().__init__(name, {})
        self.model, self.matches, self.order_by = model, matches, order_by
        self.describe, self.narrow, self.min_term = describe, narrow, min_term
        self.only = () if only is None else (only,)

    def format(self, model: Any) -> tuple[int, str] | None:
        """``(id, text)``."""
        return (model.id, self.describe(model)) if model is not None else None

    def get_one(self, pk: Any) -> Any:
        """The row of that id, ``None`` where there is none."""
        row_id = read_whole(str(pk))
        if not row_id:
            return None
        with db.session.no_autoflush:
            return db.session.scalars(select(self.model).where(self.model.id == row_id, *self.only)).one_or_none()

    def get_list(self, query: str | None, offset: int | None = 0, limit: int = PAGE) -> list[Any]:
        """At most ``PAGE`` rows."""
        words = chunks(query)[:MAX_TERMS]
        narrowed = self.narrow()
        if len("".join(words)) < self.min_term or (not words and narrowed is None):
            return []
        narrower = [*self.only, *([] if narrowed is None else [narrowed])]
        start = max(0, min(offset or 0, MAX_ID))
        rows = select(self.model).order_by(self.order_by, self.model.id).offset(start).limit(max(1, min(limit, PAGE)))
        for match in (Match.BEGINNING, Match.SLIP):
            conditions = [self.matches(word, match) for word in words]
            found = (false() if condition is None else condition for condition in conditions)
            if page := db.session.scalars(rows.where(*found, *narrower)).all():
                return list(page)
        return []


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
