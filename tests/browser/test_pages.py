"""Every page that a person can open, wide and narrow, in both languages.

No error, no sideways scroll, no word of the other language, nothing that shuts anybody out.
"""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.browser.conftest import PHONE, WIDE, Opener
from tests.browser.person import Person

CATALOGUE = Path(__file__).resolve().parents[2] / "translations/fr_CA/LC_MESSAGES/messages.po"
with CATALOGUE.open("rb") as file:
    #: Whole texts that both languages write differently.
    PAIRS = [(m.id, m.string) for m in read_po(file) if isinstance(m.id, str) and m.id and m.id != m.string]
#: Words that the demo's data and the tests' titles hold as well.
DATA = {"Avant", "Before", "Après", "After", "Autre", "Other", "Service", "Travel", "Installation"}
#: Services and titles of the demo are called what devices are, and what is done to them.
DATA |= {"Thermopompe", "Heat pump", "Chauffe-eau", "Water heater", "Entretien", "Maintenance"}
#: The texts that have no place on a page of each language; a word that both have is no trace of the other.
FOREIGN = {
    "fr": {english for english, _french in PAIRS} - {french for _english, french in PAIRS} - DATA,
    "en": {french for _english, french in PAIRS} - {english for english, _french in PAIRS} - DATA,
}
#: Where a list leads: the form for a new row, and its first row.
FROM_A_LIST = ('main a[href$="/new/"]', "table.list tbody td:not(.convert) a")
#: Where a row's page leads: the form to change it, its first command, its first conversion.
FROM_A_PAGE = ('main a[href*="/edit/"]', 'main a[href*="/do/"]', 'main a[href*="/convert/"]')


def look_at(person: Person, path: str, language: str, *, closely: bool = False) -> list[str]:
    """Open a page and look at it at both widths, ``closely`` for who cannot see it; gives what is wrong."""
    answer = person.page.goto(path)
    wrong = [f"{path} answers {answer.status}"] if answer is None or answer.status != 200 else []
    wrong += [] if person.speaks(language) else [f"{path} is not in {language}"]
    wrong += [] if person.find("h1").count() == 1 else [f"{path} has no single heading"]
    wrong += [f"{path} says {text!r} in {language}" for text in person.reads() & FOREIGN[language]]
    wrong += [f"{path}: {trouble}" for trouble in person.troubles()] if closely else []
    return wrong + [f"{path} scrolls at {width} px" for width in (PHONE, WIDE) if person.scrolls_sideways(width)]


def says_foreign_words(person: Person, path: str, language: str) -> bool:
    """Whether a page says anything of the other language; it is read without being laid out."""
    read = person.reads(path)
    return f"{language}-CA" not in read or bool(read & FOREIGN[language])


def links(person: Person, selectors: tuple[str, ...]) -> list[str]:
    """The first address that each selector finds on the page."""
    found = [person.find(selector).first for selector in selectors if person.find(selector).count()]
    return [str(link.get_attribute("href")) for link in found]


def foreign_tabs(person: Person, language: str) -> list[str]:
    """The other tabs of the page that say anything of the other language."""
    tabs = [str(tab.get_attribute("href")) for tab in person.find("nav.tabs a").all()[1:]]
    return [f"{tab} is not in {language}" for tab in tabs if says_foreign_words(person, tab, language)]


def menu(person: Person, language: str) -> list[str]:
    """Switch to ``language``; gives the addresses of the menu."""
    person.go("/admin/")
    person.speak(language)
    entries = [str(link.get_attribute("href")) for link in person.find("nav.sidebar a").all()]
    assert {"/admin/", "/admin/visits/", "/admin/cases/"} <= set(entries)
    return list(dict.fromkeys(entries))


@pytest.mark.parametrize(("who", "language"), [("office", "fr"), ("office", "en"), ("tech", "fr"), ("tech", "en")])
def test_every_entry_of_the_menu(someone: Opener, who: str, language: str) -> None:
    person, wrong = someone(who), []
    for entry in menu(person, language):
        if (who, language) == ("office", "fr"):  # the owner opens them all in French: what the office reads is read
            wrong += [f"{entry} is not in {language}"] if says_foreign_words(person, entry, language) else []
            continue
        wrong += look_at(person, entry, language)
        if who == "office":
            wrong += foreign_tabs(person, language)
    person.go("/admin/")
    person.speak("fr")  # whoever is signed in keeps the language: the next test finds French again
    assert wrong == []


@pytest.mark.parametrize("half", [0, 1])
def test_every_entry_of_the_owners_menu_and_what_it_leads_to(someone: Opener, half: int) -> None:
    owner, wrong, seen = someone("owner"), [], set[str]()
    for entry in menu(owner, "fr")[half::2]:
        wrong += look_at(owner, f"{entry}?page_size=20", "fr", closely=True)
        wrong += foreign_tabs(owner, "fr")
        for page in links(owner, FROM_A_LIST):
            wrong += look_at(owner, page, "fr", closely=half == 0 or "/new/" in page)
            for form in links(owner, FROM_A_PAGE):
                kind = form.split("?")[0].rsplit("/", 2)[-1]  # one command or conversion of a name looks like another
                if not kind or kind not in seen:
                    wrong += look_at(owner, form, "fr", closely=kind not in seen)
                seen.add(kind)
    assert wrong == []


def test_what_the_menu_does_not_lead_to(someone: Opener) -> None:
    owner, wrong = someone("owner"), []
    owner.go("/admin/incidents/new/")
    owner.fill(information="Adresses de clients", circumstances="Téléphone perdu sur un chantier")
    owner.send()
    for path in (owner.path, "/admin/equipment/due", "/admin/reminders/settings", "/admin/clients/3/privacy"):
        wrong += look_at(owner, path, "fr", closely=True)
    assert wrong == []


def test_nothing_of_what_pages_are_made_of_shuts_anybody_out(someone: Opener) -> None:
    owner = someone("owner")
    owner.go("/admin/components")
    assert owner.troubles() == []


@pytest.mark.parametrize(("path", "language"), [("/", "fr"), ("/en/", "en"), ("/login", "fr")])
def test_what_a_visitor_sees(someone: Opener, path: str, language: str) -> None:
    assert look_at(someone(), path, language, closely=True) == []


def test_the_form_is_one_click_away_in_the_other_language(someone: Opener) -> None:
    visitor = someone(width=PHONE)
    visitor.go("/")
    visitor.press('header a[href="/en/"]')
    assert visitor.speaks("en")
    visitor.press('header a[href="/"]')
    assert visitor.speaks("fr")


def test_the_menu_of_a_phone_opens_and_closes(someone: Opener) -> None:
    technician = someone("tech", width=PHONE)
    technician.go("/admin/")
    button, menu = technician.find("[data-toggle=sidebar]"), technician.find("#sidebar")
    assert not menu.is_visible()
    button.press("Enter")
    assert menu.is_visible()
    assert button.get_attribute("aria-expanded") == "true"
    technician.press('#sidebar a[href="/admin/visits/"]')
    assert not menu.is_visible()
    assert technician.find("table.list tbody tr").count() > 0
