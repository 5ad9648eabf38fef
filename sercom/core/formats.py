"""How things are written and read in Québec, in French and in English: the one formatting module.

Babel's own patterns differ in places (``1 septembre`` for ``1er septembre``, a narrow space in
``2:05 p.m.``), so the few formats the product shows are spelled out here and tested.
Over 250 lines: a reader and a writer of each kind stand together.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

import phonenumbers
from babel.dates import format_date as babel_date
from babel.numbers import format_decimal
from email_validator import EmailNotValidError, validate_email
from flask_babel import get_locale
from flask_babel import gettext as _

from sercom.core.clock import to_company
from sercom.core.errors import DomainError
from sercom.core.money import CENT, MAX_AMOUNT

FRENCH, ENGLISH = "fr_CA", "en_CA"
NBSP = "\u00a0"
#: From English to French: what stands between thousands, and before the cents.
FRENCH_MARKS = str.maketrans({",": NBSP, ".": ","})

#: Units of a file's size, in French (octets) and in English (bytes).
SIZES = (("octets", "bytes"), ("ko", "kB"), ("Mo", "MB"), ("Go", "GB"))
THOUSAND, HUNDRED = Decimal(1000), Decimal(100)

POSTAL_CODE = re.compile(r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z]\d[ABCEGHJ-NPRSTV-Z]\d", re.ASCII)
#: What a person may leave between digits.
SPACES = re.compile(r"[\s\u00a0\u202f$]")
#: ``1,234`` and ``1.234`` could be a thousand or one and a bit.
AMBIGUOUS = re.compile(r"\d{1,3}[.,]\d{3}", re.ASCII)
#: The French word for an extension, which ``phonenumbers`` does not know.
POSTE = re.compile(r"\b(poste|p\.)(?=\s*\d)", re.IGNORECASE)
EXTENSION = ";ext="
PLAIN_NUMBER = re.compile(r"-?\d+([.,]\d+)?", re.ASCII)
#: What ends a line, or tells a machine something; spaces of any width are none of it.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def locale_name() -> str:
    """The reader's locale; French where there is no request."""
    locale = get_locale()
    return f"{locale.language}_{locale.territory}" if locale else FRENCH


def in_french() -> bool:
    """Whether the reader reads French."""
    return locale_name().startswith("fr")


def days_told(days: Iterable[Any]) -> str:
    """Named days in a sentence: French writes them small."""
    told = ", ".join(map(str, days))
    return told.lower() if in_french() else told


# --- written ---------------------------------------------------------------------------------


def money(amount: Decimal | None) -> str:
    """``1 234,56 $`` in French, ``$1,234.56`` in English; empty for nothing."""
    if amount is None:
        return ""
    sign, text = "-" if amount < 0 else "", f"{abs(amount):,.2f}"
    if in_french():
        return f"{sign}{text.translate(FRENCH_MARKS)}{NBSP}$"
    return f"{sign}${text}"


def number(value: Decimal | int | None) -> str:
    """A quantity without trailing zeros: ``2``, ``1,5``."""
    if value is None:
        return ""
    return str(format_decimal(Decimal(value).normalize(), "#,##0.###", locale=locale_name()))


def percent(rate: Decimal) -> str:
    """A rate in percent: ``9,975 %`` in French, ``9.975%`` in English."""
    return number(rate) + (f"{NBSP}%" if in_french() else "%")


def named(name: object, text: object) -> str:
    """``Durée : trop longue`` in French, ``Length: too long`` in English."""
    return f"{name}{NBSP}: {text}" if in_french() else f"{name}: {text}"


def day(value: date | None) -> str:
    """``2025-09-01``, the written form of both languages."""
    return "" if value is None else value.isoformat()


def long_day(value: date) -> str:
    """``1er septembre 2025``, ``September 1, 2025``."""
    if not in_french():
        return str(babel_date(value, "MMMM d, y", locale=ENGLISH))
    return _first(str(babel_date(value, "d MMMM y", locale=FRENCH)), value)


def _first(text: str, value: date) -> str:
    """French says the first of a month as an ordinal."""
    return text.replace("1 ", "1er ", 1) if value.day == 1 else text


def weekday(value: date) -> str:
    """``Mardi 24 novembre 2026``, ``Tuesday, November 24, 2026``."""
    if in_french():
        return f"{babel_date(value, 'EEEE', locale=FRENCH).capitalize()} {long_day(value)}"
    return f"{babel_date(value, 'EEEE', locale=ENGLISH)}, {long_day(value)}"


def day_name(value: date) -> str:
    """``Mardi``, ``Tuesday``."""
    return str(babel_date(value, "EEEE", locale=FRENCH if in_french() else ENGLISH)).capitalize()


def short_day(value: date) -> str:
    """``mar. 24 nov.``, ``mar. 1er déc.``, ``Tue, Nov 24``: a day of the coming weeks."""
    if not in_french():
        return str(babel_date(value, "EEE, MMM d", locale=ENGLISH))
    return _first(str(babel_date(value, "EEE d MMM", locale=FRENCH)), value)


def month(value: date) -> str:
    """``Novembre 2026``, ``November 2026``."""
    text = str(babel_date(value, "LLLL y", locale=FRENCH if in_french() else ENGLISH))
    return text[0].upper() + text[1:]


def days(first: date, last: date) -> str:
    """``23 – 29 novembre 2026``, ``November 30 – December 6, 2026``: what both have is said once."""
    if first.year != last.year:
        return f"{long_day(first)} – {long_day(last)}"
    same = first.month == last.month
    if not in_french():
        until = f"{last.day}, {last.year}" if same else long_day(last)
        return f"{babel_date(first, 'MMMM d', locale=ENGLISH)} – {until}"
    number = "1er" if first.day == 1 else str(first.day)
    return f"{number if same else number + babel_date(first, ' MMMM', locale=FRENCH)} – {long_day(last)}"


def clock(value: time) -> str:
    """``14 h 05``, ``2:05 p.m.``."""
    if in_french():
        return f"{value.hour}{NBSP}h{NBSP}{value.minute:02d}"
    half = "a.m." if value.hour < 12 else "p.m."  # noqa: PLR2004  # noon
    return f"{value.hour % 12 or 12}:{value.minute:02d}{NBSP}{half}"


def duration(minutes: int) -> str:
    """Minutes as they are said: ``45 min``, ``2 h``, ``2 h 30`` in French, ``2 h 30 min`` in English."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}{NBSP}min"
    tail = f"{NBSP}{rest:02d}{'' if in_french() else f'{NBSP}min'}" if rest else ""
    return f"{hours}{NBSP}h{tail}"


#: Units that the trade writes short, French and English; any other stands as it was typed.
UNITS = (("un", "ea"), ("pi", "ft"), ("pi²", "sq ft"), ("po", "in"), ("vg", "yd"), ("jr", "day"), ("forf.", "flat"))
IN_ENGLISH, IN_FRENCH = dict(UNITS), {english: french for french, english in UNITS}


def unit(text: str) -> str:
    """A unit as the reader's language writes it: ``pi`` is ``ft`` in English."""
    return (IN_FRENCH if in_french() else IN_ENGLISH).get(text, text)


def counted(value: Decimal, text: str) -> str:
    """A quantity in a sentence to a client: ``20 pi``, and ``2`` alone for single pieces."""
    told = "" if text in UNITS[0] else unit(text)
    return f"{number(value)}{NBSP}{told}".strip()


def moment(value: datetime | None) -> str:
    """A UTC moment on the company's clock: ``2025-09-01 14 h 05``."""
    if value is None:
        return ""
    local = to_company(value)
    return f"{day(local.date())} {clock(local.time())}"


def long_moment(value: datetime) -> str:
    """The same for a client: ``1er septembre 2025, 14 h 05``."""
    local = to_company(value)
    return f"{long_day(local.date())}, {clock(local.time())}"


def phone(value: str | None) -> str:
    """A stored number as it is read here: ``514 555-0123``, with ``poste 22`` where it has an extension."""
    if not value:
        return ""
    number, _sign, extension = value.partition(EXTENSION)
    parsed = phonenumbers.parse(number, "CA")
    digits = f"{parsed.national_number:010d}"
    text = f"{digits[:3]} {digits[3:6]}-{digits[6:]}"
    if parsed.country_code != 1:
        text = str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
    return text + " " + _("ext. %(number)s", number=extension) if extension else text


def plain_number(value: Decimal | None) -> str:
    """A number as a form field shows it, in the reader's language: ``1234,50``."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.replace(".", ",") if in_french() else text


# --- read ------------------------------------------------------------------------------------


def read_decimal(text: str, places: int, maximum: Decimal = MAX_AMOUNT) -> Decimal:
    """A number as typed, with a decimal comma or point, spaces and ``$`` or not.

    Raises ``DomainError`` with an example where it is no number, could be read two ways
    (``1,234`` for an amount), has more than ``places`` decimals or is beyond ``maximum``.
    """
    bare = SPACES.sub("", text)
    ambiguous = places == 2 and AMBIGUOUS.fullmatch(bare.lstrip("-"))  # noqa: PLR2004  # cents
    if ambiguous:
        raise DomainError(_("This can be read two ways. Write 1234 or 1.23."))
    if not PLAIN_NUMBER.fullmatch(bare):
        raise DomainError(_("This is not a number. Example: %(example)s", example=plain_number(Decimal("1234.50"))))
    try:
        value = Decimal(bare.replace(",", "."))
        rounded = value.quantize(Decimal(1).scaleb(-places))
    except InvalidOperation:
        raise DomainError(_("This number is too large.")) from None
    if abs(value) > maximum:
        raise DomainError(_("This number is too large."))
    if rounded != value:
        raise DomainError(_("At most %(count)s digits after the decimal mark.", count=places))
    return rounded


def read_money(text: str) -> Decimal:
    """An amount in dollars, to the cent."""
    return read_decimal(text, -int(CENT.as_tuple().exponent))


def read_postal_code(text: str) -> str:
    """A Canadian postal code as ``A1A 1A1``; raises ``DomainError`` with an example."""
    bare = re.sub(r"[\s-]", "", text).upper()
    if not POSTAL_CODE.fullmatch(bare):
        raise DomainError(_("This is not a Canadian postal code. Example: %(example)s", example=unbroken("H2X 1Y4")))
    return f"{bare[:3]} {bare[3:]}"


def unbroken(text: str) -> str:
    """The same on one line, whatever stands beside it: a postal code has two halves."""
    return text.replace(" ", NBSP)


def read_phone(text: str) -> str:
    """A number as E.164 (``+15145550123``); raises ``DomainError`` with an example.

    An extension (``poste 22``) stays apart behind it, as RFC 3966 writes it: ``+15145550123;ext=22``.
    """
    message = _("This is not a phone number. Example: %(example)s", example=unbroken("514 555-0123"))
    try:
        parsed = phonenumbers.parse(POSTE.sub("ext", text), "CA")
    except phonenumbers.NumberParseException:
        raise DomainError(message) from None
    if not phonenumbers.is_possible_number(parsed):
        raise DomainError(message)
    national = str(parsed.national_number)
    if parsed.country_code == 1 and not re.fullmatch(r"[2-9]\d{2}[2-9]\d{6}", national):
        raise DomainError(message)
    extension = f"{EXTENSION}{parsed.extension}" if parsed.extension else ""
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)) + extension


def single_line(text: str) -> str:
    """``text`` on one line and without what only machines read: an e-mail's subject may hold it."""
    return CONTROLS.sub(" ", text).strip()


def file_size(size: int) -> str:
    """A number of bytes as people say it: ``12,4 Mo``, ``12.4 MB``."""
    value, unit = Decimal(size), 0
    while value >= THOUSAND and unit < len(SIZES) - 1:
        value, unit = value / THOUSAND, unit + 1
    shown = value.quantize(Decimal("0.1")) if unit and value < HUNDRED else value.quantize(Decimal(1))
    return f"{number(shown)}{NBSP}{SIZES[unit][0 if in_french() else 1]}"


def read_email(text: str) -> str:
    """An e-mail address, normalised; raises ``DomainError`` with an example. No DNS is asked.

    One that a mail header would decode (``=?…?=``, RFC 2047) is none.
    """
    try:
        if "=?" in text:
            raise EmailNotValidError  # noqa: TRY301  # told like any other that is none
        return validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise DomainError(_("This is not an e-mail address. Example: name@example.com")) from None


def plain_quantity(value: Decimal) -> str:
    """A quantity as a form field shows it: ``1,5``, ``2``."""
    return plain_number(value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize())
