"""Words as the search keeps and asks them; the slips of a typing hand."""

import unicodedata
from string import ascii_lowercase, printable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sercom.search import words
from sercom.search.words import MAX_LENGTH, chunks, fold, is_one_slip, slips, terms, variants

#: Any text, and more often than not text of these parts.
TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("éÉœŒæßİ’'-–  " + printable), max_size=60)
WORD = st.text(ascii_lowercase, min_size=5, max_size=12)
LETTER = st.sampled_from(ascii_lowercase)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Hélène CÔTÉ", "helene cote"),
        ("Œuvre de Cæsar, naïve", "oeuvre de caesar, naive"),
        ("Straße", "strasse"),
        ("Łódź", "lodz"),
        ("İstanbul", "istanbul"),
        ("10 m² à 5\u00a0°C", "10 m2 a 5 °c"),
        ("e\u0301te\u0301", "ete"),
    ],
)
def test_accents_capitals_and_ligatures_are_folded(text, folded):
    assert fold(text) == folded


@given(TEXT)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(TEXT)
def test_a_text_and_its_capitals_and_its_bare_letters_are_the_same(text):
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    assert fold(bare) == fold(text)
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


KEPT = [
    (words.words_of_text, "84, rue Sainte-Rose", "84 rue sainte ste rose sainterose"),
    (words.words_of_text, "O’Brien & fils inc.", "o brien obrien fils inc"),
    (words.words_of_text, "12 boul. St-Joseph", "12 boul boulevard blvd st saint joseph stjoseph"),
    (words.words_of_text, "helene.cote@example.org", "helene cote example org helenecoteexampleorg"),
    (words.words_of_text, "Chauffe-eau_40", "chauffe eau 40 chauffeeau40"),
    (words.words_of_text, " — ", ""),
    (words.words_of_text, None, ""),
    (words.words_of_code, "H7L 1M3", "h7l 1m3 h7l1m3"),
    (words.words_of_code, None, ""),
    (words.words_of_phone, "+15145550123", "5145550123 5550123 0123"),
    (words.words_of_phone, "+15145550123;ext=22", "5145550123 5550123 0123"),
    (words.words_of_phone, "+33612345678", "33612345678 2345678 5678"),
    (words.words_of_phone, None, ""),
    (words.words_of_number, "2026-0142", "#20260142 #2026142 0142 142"),
    (words.words_of_number, "2026-0142-S2", "#20260142s2 #2026142s2 0142 142"),
    (words.words_of_number, "F-000123", "f000123 f123 000123 123"),
    (words.words_of_number, "NC-000004", "nc000004 nc4 000004 4"),
    (words.words_of_number, "2026-12345-J", "#202612345j 12345"),
    (words.words_of_number, "R12", "r12"),
    (words.words_of_number, None, ""),
]


@pytest.mark.parametrize(("read", "stored", "expected"), KEPT)
def test_what_is_kept(read, stored, expected):
    assert read(stored) == {*expected.split()}


@given(TEXT)
def test_words_are_plain_and_never_too_long(text):
    for word in words.words_of_text(text):
        assert 0 < len(word) <= MAX_LENGTH
        assert all(letter.isalnum() for letter in word)


ASKED = [
    ("tremblay", "tremblay"),
    ("Côté, Hélène", "cote helene"),
    ("d’Anjou", "anjou"),
    ("o'brien & fils", "brien fils"),
    ("côté h", "cote"),
    ("8 rue Principale", "8 rue principale"),
    ("(514) 555 0123", "5145550123"),
    ("514.555.0123 tremblay", "5145550123 tremblay"),
    ("+1 514-555-0123", "5145550123"),
    ("1-514-555-0123", "5145550123"),
    ("15145550123", "5145550123"),
    ("+1 514", "514"),
    ("514 555-0", "514 555"),
    ("555-0123", "555 0123"),
    ("+33 6 12 34 56 78", "33612345678"),
    ("2026-0142", "#20260142"),
    ("2026-0142-s", "#20260142s"),
    ("2026-142", "#2026142"),
    ("20260142S", "#20260142s"),
    ("2026", "2026"),
    ("5142026", "5142026"),
    ("F-000123", "f000123"),
    ("F123", "f123"),
    ("f-123", "f123"),
    ("H7L 1M3", "h7l 1m3"),
    ("helene.cote@exa", "helenecoteexa"),
    ("204-1234, rue Bélanger", "204 1234 rue belanger"),
    ("o", "o"),
    ("&", ""),
    ("🔧 %_\\", ""),
    ("", ""),
]


@pytest.mark.parametrize(("query", "expected"), ASKED)
def test_what_is_asked(query, expected):
    assert [term for chunk in chunks(query) for term in terms(chunk)] == expected.split()


@given(TEXT)
def test_any_query_gives_words_that_could_be_kept(query):
    for term in (term for chunk in chunks(query) for term in terms(chunk)):
        assert 0 < len(term) <= MAX_LENGTH
        assert term == fold(term)
        assert term.removeprefix(words.YEAR_MARK).isalnum()


@given(st.lists(WORD, min_size=1, max_size=3))
def test_a_name_is_found_by_its_own_words(name):
    text = " ".join(name).title()
    assert {term for chunk in chunks(text) for term in terms(chunk)} <= words.words_of_text(text)


def shares_a_variant(typed, word):
    return bool(slips(typed) & variants(word)) and is_one_slip(typed, word)


@given(WORD, st.data())
def test_one_slip_of_each_kind_shares_a_variant(word, data):
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(LETTER)
    wrong, missing = word[:at] + letter + word[at + 1 :], word[:at] + word[at + 1 :]
    extra = word[:at] + letter + word[at:]
    swapped = word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :] if at else word
    for typed in (wrong, missing, extra, swapped):
        assert shares_a_variant(typed, word), typed


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("tremblay", "tramblai"),  # two wrong
        ("abcde", "bcdea"),  # a letter that moved shares a variant, and is no slip
        ("abcd", "badc"),  # swapped twice
        ("roi", "roy"),  # three letters are too few
        ("0142", "0124"),  # digits are never mistyped
        ("h7l1m3", "h7l1m8"),
    ],
)
def test_more_than_a_slip_is_another_word(typed, word):
    assert not shares_a_variant(typed, word)


def test_a_letter_may_be_missing_of_four():
    assert shares_a_variant("cte", "cote")


@given(WORD, WORD)
def test_a_slip_is_one_both_ways(typed, word):
    assert is_one_slip(typed, word) == is_one_slip(word, typed)
