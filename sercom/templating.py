"""What every template may use: formats, pills, the journal in words, addresses."""

import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, request
from flask_babel import gettext, ngettext
from markupsafe import Markup
from wtforms import Field

from sercom.backoffice.formatters import pill
from sercom.backoffice.posted import address
from sercom.core import clock, discounts, formats, unbroken
from sercom.core.access import FIELD, MONEY, OFFICE
from sercom.core.money import TAX_LABELS, TaxStatus
from sercom.entities.catalog.lookup import known_parts
from sercom.entities.documents.convert import document_url
from sercom.entities.documents.lines import blank_row
from sercom.entities.documents.options import Offered
from sercom.entities.files.model import Moment
from sercom.entities.journal import words
from sercom.serving import static_prefix

#: How many entries of a conversation are open at first.
SHOWN_ENTRIES = 8
#: The formats that are filters too.
WRITTEN = (
    *("money", "number", "percent", "day", "long_day", "short_day", "weekday", "clock", "moment", "long_moment"),
    *("phone", "unit", "counted"),
    "file_size",
    "duration",
    "plain_number",
    "days_told",
)


def initials(name: str) -> str:
    """``MP`` for Marc-André Pelletier."""
    words = name.split()
    return "".join(word[0] for word in (words[0], words[-1])[: len(words)]).upper() if words else ""


def aria(field: Field) -> dict[str, Any]:
    """What a control says of itself to a screen reader: wrong or not, and where its hint and error stand."""
    names = [f"{field.id}-hint"] if field.description else []
    names += [f"{field.id}-error"] if field.errors else []
    return {"aria-invalid": "true" if field.errors else False, "aria-describedby": " ".join(names) or False}


def init_app(app: Flask) -> None:
    """Add filters and globals to Jinja."""
    environment: Any = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.install_gettext_callables(_text, ngettext, newstyle=True)
    for name in WRITTEN:
        environment.filters[name] = getattr(formats, name)
    environment.filters["discount"] = discounts.told
    environment.filters["pill"] = pill
    environment.filters["initials"] = initials
    environment.filters["whole_numbers"] = unbroken.on_page
    environment.filters["local"] = clock.to_company
    environment.globals |= {
        "aria": aria,
        "FIELD_ROLES": FIELD,
        "MONEY_ROLES": MONEY,
        "OFFICE_ROLES": OFFICE,
        "SHOWN_ENTRIES": SHOWN_ENTRIES,
        "asset": asset,
        "change_lines": words.change_lines,
        "document_url": document_url,
        "event_sentence": words.event_sentence,
        "in_french": formats.in_french,
        "own_address": address,
        "icon_svg": icon_svg,
        "known_parts": known_parts,
        "locale_name": formats.locale_name,
        "nonce": lambda: secrets.token_urlsafe(12),
        "spare_lines": lambda: [blank_row()],
        "photo_moments": Moment.choices,
        "tax_label": TAX_LABELS.__getitem__,
        "tax_statuses": TaxStatus.choices,
        "ways_offered": Offered.choices,
    }


def _text(text: str) -> str:
    """``text`` in the reader's language; a page asks a hundred times, so each is looked up once."""
    return _known_text(text, formats.locale_name())


@lru_cache(maxsize=2048)
def _known_text(text: str, _locale: str) -> str:
    return gettext(text)


def asset(name: str) -> str:
    """The address of a static file; a page asks for dozens, so each is put together once."""
    return _address(request.script_root, static_prefix(current_app), current_app.static_folder or "", name)


@lru_cache(maxsize=256)
def _address(script_root: str, prefix: str, folder: str, name: str) -> str:
    if not (Path(folder) / name).is_file():
        raise FileNotFoundError(name)
    return f"{script_root}{prefix}/{name}"


def icon_svg(name: str) -> Markup:
    """An icon of the sprite, in the colour and size of the text around it."""
    return _icon(asset("vendor/icons.svg"), name)


@lru_cache(maxsize=256)
def _icon(sprite: str, name: str) -> Markup:
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>').format(sprite, name)
