"""A technician's phone in a basement: the pages stay, what is entered waits, and each entry counts once."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Opener
from tests.browser.person import Person

#: The phone's clock as the test winds it, in milliseconds beside the real one.
WIND = """(() => {
  const Real = Date, shift = () => Number(localStorage.getItem("shift") || 0);
  window.Date = class extends Real {
    constructor(...given) { if (given.length) super(...given); else super(Real.now() + shift()); }
    static now() { return Real.now() + shift(); }
  };
})();"""
MINUTE, HOUR = 60_000, 3_600_000
WAITING = ".field-waiting > div"


def open_day(person: Person) -> None:
    """The day, kept on the phone."""
    person.go("/field/")
    expect(person.find("html[data-field-kept]")).to_have_count(1)


def planned_visits(person: Person) -> list[str]:
    """Addresses of the visits that nobody went to yet."""
    links = person.find('.field-card[data-status="scheduled"] .field-open').all()
    return [str(link.get_attribute("href")) for link in links]


def wind(person: Person, milliseconds: int) -> None:
    """Set the phone's clock beside the real one."""
    person.page.evaluate("(shift) => localStorage.setItem('shift', shift)", milliseconds)


def state(person: Person) -> str:
    """How the visit stands, as the page shows it."""
    return str(person.find(".field-visit").get_attribute("data-status"))


def press_step(person: Person, action: str) -> None:
    """Press a step's button: it leads nowhere."""
    person.find(f"#action-{action} button:visible").first.click()


def finish(person: Person, findings: str) -> None:
    """The work is done, with what was found."""
    person.find("details.step:has(#action-finish) > summary").click()
    person.find("#action-finish [name=findings]").fill(findings)
    reason = person.find("#action-finish [name=unanswered_reason]")  # where the visit's checklist asks for something
    if reason.count():
        reason.fill("Essai")
    person.find("#action-finish button").click()


def kept_pages(person: Person) -> list[str]:
    """Addresses of the pages that the phone keeps."""
    return list(
        person.page.evaluate(
            """async () => {
              const found = [];
              for (const name of await caches.keys()) if (name.startsWith("field-pages-"))
                found.push(...(await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname));
              return found;
            }"""
        )
    )


def test_a_visit_without_a_network_is_done_once_at_its_times(someone: Opener) -> None:
    tech = someone("tech", width=PHONE)
    tech.page.context.add_init_script(WIND)
    open_day(tech)
    visit = planned_visits(tech)[0]
    wind(tech, -3 * HOUR)  # the phone is wrong by hours

    tech.network(there=False)
    tech.go(visit)
    expect(tech.find(".field-net")).to_be_visible()
    press_step(tech, "start")
    expect(tech.find(WAITING)).to_have_count(1)
    assert state(tech) == "in_progress"
    wind(tech, -3 * HOUR + 40 * MINUTE)
    finish(tech, "Tirage 0,02 po")
    expect(tech.find(WAITING)).to_have_count(2)
    assert state(tech) == "done"
    expect(tech.find(".field-steps")).to_be_hidden()

    tech.open_again()
    tech.go("/field/")
    expect(tech.find(f'.field-card:has([href="{visit}"]) .field-badge')).to_be_visible()
    expect(tech.find(".field-net")).to_contain_text("2")
    tech.go(visit)
    expect(tech.find(WAITING)).to_have_count(2)
    expect(tech.find(WAITING).last).to_contain_text("Tirage 0,02 po")

    wind(tech, -3 * HOUR + 60 * MINUTE)
    tech.network(there=True)
    expect(tech.find(WAITING)).to_have_count(0)
    expect(tech.find(".field-net.good")).to_be_visible()
    assert state(tech) == "done"

    office = someone("office")
    office.go(f"/admin/visits/details/?id={visit.rpartition('/')[2]}")
    assert len(re.findall("Marc-André Pelletier · ", office.find("main").inner_text())) == 1
    assert office.find("main").inner_text().count("Tirage 0,02 po") == 1
    office.go(f"/admin/visits/edit/?id={visit.rpartition('/')[2]}")
    assert office.find("[name=minutes]").input_value() == "40"


def test_another_person_neither_sees_nor_sends_what_waits(someone: Opener) -> None:
    person = someone("tech", width=PHONE)
    open_day(person)
    visit = planned_visits(person)[-1]
    person.network(there=False)
    person.go(visit)
    press_step(person, "start")
    expect(person.find(WAITING)).to_have_count(1)
    assert visit in kept_pages(person)

    person.go("about:blank")
    person.network(there=True)
    person.go("/admin/account/")  # no page of the field: nothing is sent from here
    person.find("details.who > summary").click()
    person.press('form[action="/logout"] button')
    person.sign_in("tech2")
    open_day(person)
    assert person.find(".field-badge").count() == 0
    assert person.find(".field-net").is_hidden()
    assert visit not in kept_pages(person)
    person.provokes = {404}
    person.go(visit)
    assert person.find(".field-visit").count() == 0
    assert visit not in kept_pages(person)

    office = someone("office", width=PHONE)
    office.go(visit)
    assert state(office) == "scheduled"
    expect(office.find(WAITING)).to_have_count(0)

    person.go("/field/")
    person.find(".field-top details.menu > summary").click()
    person.press('form[action="/logout"] button')
    assert kept_pages(person) == []
    person.sign_in("tech")
    person.go(visit)
    expect(person.find(".toast.good")).to_be_visible()
    expect(person.find(".field-visit")).to_have_attribute("data-status", "in_progress")
    expect(person.find(WAITING)).to_have_count(0)
    office.go(visit)
    assert state(office) == "in_progress"


def test_what_the_server_refuses_is_shown_where_it_was_entered(someone: Opener) -> None:
    tech, office = someone("tech", width=PHONE), someone("office")
    open_day(tech)
    visit = planned_visits(tech)[1]
    tech.network(there=False)
    tech.go(visit)
    press_step(tech, "start")
    finish(tech, "Bac vidé")
    expect(tech.find(WAITING)).to_have_count(2)

    office.go(f"/admin/visits/details/?id={visit.rpartition('/')[2]}")
    office.find('form[action$="/do/cancel"] button').click()
    office.answer(yes=True)

    tech.provokes = {409}
    tech.network(there=True)
    expect(tech.find(f"{WAITING}.bad")).to_have_count(2)
    expect(tech.find(f"{WAITING}.bad .why").first).to_contain_text("Le bureau a annulé cette visite")
    expect(tech.find(WAITING).last).to_contain_text("Bac vidé")
    tech.page.once("dialog", lambda dialog: dialog.accept())
    tech.find(f"{WAITING} .danger").first.click()
    expect(tech.find(WAITING)).to_have_count(1)
    tech.find(f"{WAITING} button:not(.danger)").click()
    expect(tech.find(f"{WAITING}.bad")).to_have_count(1)  # still cancelled
    tech.page.once("dialog", lambda dialog: dialog.accept())
    tech.find(f"{WAITING} .danger").click()
    expect(tech.find(WAITING)).to_have_count(0)


def test_what_was_refused_is_put_right_where_it_was_typed(someone: Opener) -> None:
    tech = someone("tech", width=PHONE)
    tech.provokes = {422}
    open_day(tech)
    for visit in planned_visits(tech):
        tech.go(visit)
        if tech.find("#action-finish [name=unanswered_reason]").count():
            break
    press_step(tech, "start")
    tech.find("details.step:has(#action-finish) > summary").click()
    tech.find("#action-finish [name=findings]").fill("Bac vidé")
    tech.find("#action-finish button").click()
    expect(tech.find(f"{WAITING}.bad .why")).to_contain_text("Reste à répondre")

    tech.find('.field-net a[href="#field-waiting"]').click()
    tech.find(f"{WAITING}.bad .primary").click()
    expect(tech.find(WAITING)).to_have_count(0)
    expect(tech.find("#action-finish [name=findings]")).to_have_value("Bac vidé")
    tech.find("#action-finish [name=unanswered_reason]").fill("Le client a dû partir")
    tech.find("#action-finish button").click()
    expect(tech.find('.field-visit[data-status="done"]')).to_be_visible()


def test_what_waits_is_told_in_words(someone: Opener) -> None:
    tech = someone("tech", width=PHONE)
    open_day(tech)
    tech.network(there=False)
    tech.go(planned_visits(tech)[0])
    tech.find("details.step:has(#action-leave) > summary").click()
    tech.find("#action-leave [value='60']").click()
    expect(tech.find(f"{WAITING} .entered")).to_have_text("1 h")


def test_signed_out_meanwhile_nothing_is_lost(someone: Opener) -> None:
    tech = someone("tech", width=PHONE)
    open_day(tech)
    visit = planned_visits(tech)[-1]
    tech.network(there=False)
    tech.go(visit)
    press_step(tech, "start")
    expect(tech.find(WAITING)).to_have_count(1)
    tech.page.context.clear_cookies()
    tech.provokes = {401}
    tech.network(there=True)
    link = tech.find(".field-net.bad a")
    expect(link).to_be_visible()
    expect(tech.find(WAITING)).to_have_count(1)
    tech.press(link)
    tech.fill(email="tech@demo.sercom.test", password="demo-pass-1234")
    tech.press("form:has([name=password]) button")
    assert tech.path == visit
    expect(tech.find(WAITING)).to_have_count(0)
    expect(tech.find(".field-visit")).to_have_attribute("data-status", "in_progress")


def test_photos_of_the_case_stay_and_a_photo_waits_as_it_is(someone: Opener, photos: list[Path]) -> None:
    tech, office = someone("tech", width=PHONE), someone("office")
    tech.go("/field/")
    visit = planned_visits(tech)[0]
    office.go(f"/admin/visits/details/?id={visit.rpartition('/')[2]}")
    office.find("input[name=photos]").set_input_files(photos[0])
    office.press('form[action$="/photos"] button')
    tech.page.evaluate("sessionStorage.clear()")
    open_day(tech)
    tech.network(there=False)
    tech.go(visit)
    assert tech.find(".field-photos img").evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0

    keep = """([url, bytes]) => {
      const data = new FormData();
      data.append("photo", new File([new Uint8Array(bytes)], "a.jpg", { type: "image/jpeg" }));
      return field.send(url, data, { action: "nothing", label: "Photo", visit: url.split("/").at(-2) });
    }"""
    tech.page.evaluate(keep, [f"{visit}/nothing", list(range(256))])
    tech.open_again()
    tech.go(visit)
    expect(tech.find(WAITING)).to_have_count(1)
    read = """async () => {
      const [row] = await field.rows();
      return [...new Uint8Array(await row.fields[0][1].arrayBuffer())];
    }"""
    assert tech.page.evaluate(read) == list(range(256))
    tech.provokes = {404}
    tech.network(there=True)
    expect(tech.find(f"{WAITING}.bad")).to_have_count(1)


def test_a_page_that_is_not_on_the_phone_says_so(someone: Opener) -> None:
    tech = someone("tech2", width=PHONE)
    open_day(tech)
    assert not [path for path in kept_pages(tech) if not path.startswith("/field/")]
    tech.provokes = {503}
    tech.network(there=False)
    tech.go("/field/visits/999999")
    assert "Sans réseau" in tech.find("h1").inner_text()
    tech.press("main a")
    expect(tech.find("[data-field-day]")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_the_client_is_told_with_one_press(someone: Opener, *, script: bool) -> None:
    tech = someone("tech2", width=PHONE, script=script)
    tech.go("/field/")
    visit = planned_visits(tech)[0]
    tech.go(visit)
    tech.find("details.step:has(#action-leave) > summary").click()
    if script:
        tech.find('#action-leave [value="30"]').click()
        expect(tech.find(".field-visit")).to_have_attribute("data-status", "on_the_way")
        expect(tech.find(WAITING)).to_have_count(0)
    else:
        tech.press('#action-leave [value="30"]')
        assert (tech.path, state(tech)) == (visit, "on_the_way")
    expect(tech.find(".toast")).to_be_visible()


def test_the_pages_shut_nobody_out(someone: Opener) -> None:
    tech = someone("tech", width=PHONE)
    tech.go("/field/")
    visit = planned_visits(tech)[0]
    for path in ("/field/", visit):
        tech.go(path)
        assert tech.troubles() == []
        assert tech.faint() == []
        small = tech.page.evaluate(
            """() => [...document.querySelectorAll(".field-main :is(a, button, summary, input, select)")]
              .filter((target) => target.checkVisibility() && target.type !== "hidden")
              .map((target) => (["checkbox", "radio", "file"].includes(target.type) ? target.closest("label") : target))
              .map((target) => [target.outerHTML.slice(0, 80), target.getBoundingClientRect().height])
              .filter(([, height]) => height < 48)"""
        )
        assert small == []
