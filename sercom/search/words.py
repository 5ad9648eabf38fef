"""Words as the search knows them: without accents, capitals and punctuation, the same when kept and when asked.

Pure. A word that is kept also has *variants*, each with one letter left out: a query word with one wrong,
missing, extra or swapped letter shares one of them, so that it is found by equality, on any database.
"""

import re
import unicodedata

#: The longest word that is kept; a longer one is cut, and so is the query's.
MAX_LENGTH = 40
#: Below this many letters a slip makes another word; beyond the second, nobody types it by hand.
MIN_SLIP, MAX_SLIP = 4, 24

LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})
PART = re.compile(r"[^\W_]+")
#: ``2026-0142``, ``2026-0142-S2`` with or without hyphens: one word, of which the first letters are enough. It is
#: marked, or whoever types 20… would be shown every document of these years.
BY_YEAR = re.compile(r"\d{4}-\d+(-[a-z]\d*)?|20\d{6}([a-z]\d*)?", re.ASCII)
YEAR_MARK = "#"
#: ``F-000123``.
IN_SERIES = re.compile(r"[a-z]{1,2}-\d+", re.ASCII)
#: A whole phone number of this continent, with or without its country code, and one of elsewhere.
PHONE = re.compile(r"(?<![\w+])(?:\+?1[\s.-]*)?\(?(\d{3})\)?[\s.-]*(\d{3})[\s.-]*(\d{4})(?!\d)", re.ASCII)
FOREIGN = re.compile(r"\+(?!1)(\d[\d\s().-]{6,}\d)", re.ASCII)
COUNTRY_CODE = re.compile(r"(?<![\w+])\+1[\s.-]*", re.ASCII)
#: What an address is written with, and looked for with.
SAME = (("saint", "st"), ("sainte", "ste"), ("avenue", "ave"), ("boulevard", "boul", "blvd"))
ALSO = {word: group for group in SAME for word in group}


def fold(text: str) -> str:
    """``text`` without accents and capitals: ``Œuvre d’Hélène`` is ``oeuvre d’helene``."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold().translate(LIGATURES)
    return "".join(letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))


def _cut(words: set[str]) -> set[str]:
    return {word[:MAX_LENGTH] for word in words if word}


# --- kept ------------------------------------------------------------------------------------


def words_of_text(text: str | None) -> set[str]:
    """The words of a name, an address, an e-mail; what a hyphen joins is a word too."""
    found: set[str] = set()
    for chunk in fold(text or "").split():
        parts = PART.findall(chunk)
        found |= {"".join(parts), *(word for part in parts for word in ALSO.get(part, (part,)))}
    return _cut(found)


def words_of_code(code: str | None) -> set[str]:
    """A postal code, in two halves and in one word."""
    parts = PART.findall(fold(code or ""))
    return _cut({*parts, "".join(parts)})


def words_of_phone(stored: str | None) -> set[str]:
    """All digits of a number kept as E.164, its last seven, its last four; without the extension."""
    number = (stored or "").partition(";")[0]
    digits = re.sub(r"\D", "", number.removeprefix("+1"))
    return _cut({digits, digits[-7:], digits[-4:]})


def words_of_number(number: str | None) -> set[str]:
    """``2026-0142-S`` as ``#20260142s``, ``#2026142s``, ``0142``, ``142``; ``F-000123`` likewise."""
    parts = PART.findall(fold(number or ""))
    mark = YEAR_MARK if BY_YEAR.fullmatch("-".join(parts)) else ""
    short = [part.lstrip("0") or part for part in parts]
    whole = {mark + "".join(form) for form in (parts, short) if form}
    return _cut({*whole, *parts[1:2], *short[1:2]})


def variants(word: str) -> set[str]:
    """The word, and the word less each of its letters; nothing for what has digits or is short."""
    if not (MIN_SLIP <= len(word) <= MAX_SLIP) or not word.isalpha():
        return set()
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


# --- asked -----------------------------------------------------------------------------------


def chunks(query: str | None) -> list[str]:
    """A query's words as they were typed; a whole phone number is one, however it is spaced.

    Signs alone and single letters count only where there is nothing else: they are an ``&``, or
    the beginning of what is still being typed.
    """
    joined = FOREIGN.sub(lambda found: f" {re.sub(r'[^0-9]', '', found[1])} ", query or "")
    joined = COUNTRY_CODE.sub("", PHONE.sub(r" \1\2\3 ", joined))
    found = joined.split()
    return [chunk for chunk in found if not _is_weak("".join(PART.findall(chunk)))] or found


def terms(chunk: str) -> list[str]:
    """What to look for of a typed word: its parts, or a number or an e-mail address whole."""
    folded = fold(chunk)
    parts = PART.findall(folded)
    written = "-".join(parts)
    if BY_YEAR.fullmatch(written):
        return [YEAR_MARK + "".join(parts)[: MAX_LENGTH - 1]]
    if "@" in folded or IN_SERIES.fullmatch(written):
        parts = ["".join(parts)]
    if len(parts) > 1 and len(parts[-1]) == 1:  # still being typed: ``555-0``
        parts.pop()
    kept = [part for part in parts if not _is_weak(part)] or parts
    return [part[:MAX_LENGTH] for part in kept if part]


def _is_weak(word: str) -> bool:
    return not word or (len(word) == 1 and not word.isdigit())


def slips(term: str) -> set[str]:
    """The variants by which a mistyped ``term`` may be found."""
    if len(term) == MIN_SLIP - 1 and term.isalpha():  # a letter is missing
        return {term}
    return {variant for variant in variants(term) if len(variant) >= MIN_SLIP - 1}


def is_one_slip(typed: str, word: str) -> bool:
    """Whether one letter of ``typed`` is wrong, missing, too many or swapped with the next."""
    if len(typed) != len(word):
        short, long = sorted((typed, word), key=len)
        return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
    wrong = [at for at, (one, other) in enumerate(zip(typed, word, strict=True)) if one != other]
    if len(wrong) <= 1:
        return True
    first, last = wrong[0], wrong[-1]
    return last - first == 1 and len(wrong) == len("ab") and typed[first : last + 1] == word[last] + word[first]
