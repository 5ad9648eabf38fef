"""Ctrl-K: a few records of every kind the person may see, the nearest first."""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask_admin import Admin
from sqlalchemy import inspect, literal, select, union_all

from sercom.core.base import db
from sercom.search.find import MAX_TERMS, Match, Wanted
from sercom.search.words import chunks, terms

AT_MOST = 8
MIN_LETTERS = 2
#: What is longer is no search.
MAX_QUERY = 200


def blueprint(admin: Admin) -> Blueprint:
    """The palette's address, below the back-office and its guard."""
    made = Blueprint("palette", __name__)

    @made.get("/admin/search")
    def search() -> Response:
        """Groups of results: ``[{label, results: [{title, detail, url, pill?}]}]``."""
        shown = [view for view in admin._views if getattr(view, "palette", None) and view.is_accessible()]  # noqa: SLF001  # Flask-Admin has no public list of views
        shown.sort(key=lambda view: view.palette)
        return jsonify(find_groups(shown, request.args.get("q", "")[:MAX_QUERY]))

    return made


def find_groups(views: list[Any], query: str) -> list[dict[str, Any]]:
    """What each view holds for ``query``; the group with the nearest result comes first."""
    asked = [term for chunk in chunks(query) for term in terms(chunk)][:MAX_TERMS]
    if len("".join(asked)) < MIN_LETTERS:
        return []
    found: dict[int, dict[int, Match]] = {place: {} for place in range(len(views))}
    for match in Match:
        if match is Match.SLIP and sum(map(len, found.values())) >= AT_MOST:
            break
        wanted = Wanted(db.session, asked, match)
        if match is Match.SLIP and not wanted.slips:
            break
        _look(views, wanted, match, found)
    groups = sorted((place for place in found if found[place]), key=lambda place: (min(found[place].values()), place))
    return [{"label": str(views[place].name), "results": _results(views[place], found[place])} for place in groups]


def _look(views: list[Any], wanted: Wanted, match: Match, found: dict[int, dict[int, Match]]) -> None:
    """Add the newest records that match this way, where a group has room left: one query for all."""
    parts = []
    for place, view in enumerate(views):
        if len(found[place]) < AT_MOST:
            # Of a quote only its row among the documents is asked for: which kind it is the index knows.
            key = inspect(view.model).base_mapper.class_.id
            rows = view.narrow(db.session.query(literal(place).label("place"), key.label("id")))
            rows = rows.filter(wanted.within(key, view.model))
            # The minus keeps the database from walking through all ids until eight of them match.
            newest = rows.order_by(-key).limit(AT_MOST).subquery()
            parts.append(select(newest.c.place, newest.c.id))
    for place, row_id in db.session.execute(union_all(*parts)) if parts else ():
        if len(found[place]) < AT_MOST:
            found[place].setdefault(row_id, match)


def _results(view: Any, found: dict[int, Match]) -> list[dict[str, Any]]:
    rows = view.get_query().filter(view.model.id.in_(found)).all()
    rows.sort(key=lambda row: (found[row.id], -row.id))
    return [_result(view, row) for row in rows]


def _result(view: Any, row: Any) -> dict[str, Any]:
    result = {"title": str(row), "detail": view.palette_detail(row), "url": view.page_url(row)}
    if view.tab_column is not None:
        state = getattr(row, view.tab_column)
        result["pill"] = {"label": str(state.label), "tone": state.tone.value}
    return result
