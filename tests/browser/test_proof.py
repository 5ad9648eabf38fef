"""A whole visit on a phone: photos, checklist, parts, signature, and the invoice on site; also with the network cut."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Opener
from tests.browser.person import TECHNICIAN, Person, tomorrow
from tests.browser.test_paths_2_to_5 import new_request

WAITING = ".field-waiting > div"


def begin(office: Person, tech: Person, title: str) -> str:
    """The office takes a request and plans its assessment; gives the visit's address in the field."""
    new_request(office, title)
    office.provokes = {409}  # asked about somebody's other visits, and sure of it
    office.command("plan_assessment", day=tomorrow(), starts="09:00", ends="10:00", person=TECHNICIAN)
    link = office.find('main a[href*="/visits/details/"]').first.get_attribute("href") or ""
    visit = f"/field/visits/{link.rpartition('=')[2]}"
    tech.go("/field/")
    expect(tech.find("html[data-field-kept]")).to_have_count(1)
    tech.go(visit)
    return visit


def draw(person: Person, form: str) -> None:
    """Sign with a finger over the glass of a form."""
    canvas = person.find(f"{form} canvas")
    canvas.evaluate("(glass) => glass.scrollIntoView({ block: 'center' })")
    box = canvas.bounding_box()
    assert box is not None
    mouse, left, middle = person.page.mouse, box["x"] + 20, box["y"] + box["height"] / 2
    mouse.move(left, middle)
    mouse.down()
    for step in range(1, 24):
        mouse.move(left + step * 9, middle + (24 if step % 2 else -24))
    mouse.up()


def start(person: Person) -> None:
    person.find("#action-start button:visible").first.click()
    expect(person.find('.field-visit[data-status="in_progress"]')).to_have_count(1)
    expect(person.find(WAITING)).to_have_count(0)


def shoot(person: Person, photos: list[Path]) -> None:
    person.find("#action-photo [data-from-phone] input").set_input_files([str(path) for path in photos])


def enter_all(person: Person, photos: list[Path], *, waiting: int) -> None:
    """A part, a note, photos and the signature."""
    person.find("#action-part [name=description]").fill("Condensateur 35/5 µF")
    person.find("#action-part button").click()
    person.find("#action-note textarea").fill("Compresseur bruyant, 6,2 A.")
    person.find("#action-note button").click()
    shoot(person, photos)
    expect(person.find(".field-shots progress")).to_have_count(waiting)
    if not waiting:  # what was sent is drawn above the glass, and moves it
        expect(person.find("#field-photos .field-photos > li")).to_have_count(len(photos))
    draw(person, "#action-signature")
    person.find("#action-signature [name=name]").fill("Julie Tremblay")
    person.find("#action-signature button.large").click()


def finish(person: Person) -> None:
    person.find("details.step:has(#action-finish) > summary").click()
    person.find("#action-finish [name=minutes]").fill("60")
    person.find("#action-finish button.large").click()


def invoice(person: Person) -> str:
    """Show the invoice, sign for it, issue it; gives its number as the page shows it."""
    person.find(".field-invoice > summary").click()
    person.find("#action-invoice button.primary").click()
    expect(person.find("#action-invoice .glass .error")).to_be_visible()
    draw(person, "#action-invoice")
    person.find("#action-invoice [name=name]").fill("Julie Tremblay")
    person.find("#action-invoice button.primary").click()
    expect(person.find(".field-total")).to_contain_text("F-0")
    return str(person.find(".field-total").inner_text())


def film(folder: Path, count: int = 3) -> list[Path]:
    """Photos as large as a phone's."""
    paths = []
    for number in range(count):
        path = folder / f"IMG_{number}.jpg"
        Image.effect_noise((2600, 1900), 40 + 20 * number).convert("RGB").save(path, quality=95)
        paths.append(path)
    return paths


def told(office: Person, visit: str) -> tuple[int, int, int]:
    """How many photos, signatures and parts the office sees of the visit."""
    office.go(f"/admin/visits/details/?id={visit.rpartition('/')[2]}")
    names = (".photos > li", "figure.signature", "td.text:has-text('Condensateur')")
    photos, signatures, parts = (office.find(name).count() for name in names)
    return photos, signatures, parts


def test_a_visit_from_photos_to_an_invoice_on_site(someone: Opener, tmp_path: Path) -> None:
    office, tech = someone("office"), someone("tech", width=PHONE)
    visit = begin(office, tech, "Thermopompe qui gèle")
    start(tech)
    enter_all(tech, film(tmp_path), waiting=0)
    expect(tech.find(WAITING)).to_have_count(0)
    expect(tech.find("#field-signature .with-icon")).to_have_count(1)
    assert tech.troubles() == []
    finish(tech)
    number = invoice(tech)
    assert tech.troubles() == []
    assert told(office, visit) == (3, 2, 1)
    assert "6,2 A" in office.find("main").inner_text()
    tech.go(visit)
    assert tech.find(".field-total").inner_text() == number
    tech.find("#action-paid select").select_option("card")
    tech.find("#action-paid button").click()
    expect(tech.find("#action-paid")).to_have_count(0)


def test_the_same_with_the_network_cut_in_the_middle(someone: Opener, tmp_path: Path) -> None:
    office, tech = someone("office"), someone("tech", width=PHONE)
    visit = begin(office, tech, "Thermopompe bruyante")
    start(tech)
    tech.network(there=False)
    enter_all(tech, film(tmp_path), waiting=3)
    expect(tech.find(WAITING)).to_have_count(6)
    tech.open_again()
    tech.go(visit)
    expect(tech.find(WAITING)).to_have_count(6)
    finish(tech)
    expect(tech.find(WAITING)).to_have_count(7)
    tech.network(there=True)
    expect(tech.find(WAITING)).to_have_count(0)
    expect(tech.find(".field-invoice")).to_be_visible()
    number = invoice(tech)
    assert told(office, visit) == (3, 2, 1)
    tech.go(visit)
    assert tech.find(".field-total").inner_text() == number


def test_a_photo_that_is_none_is_told_on_its_tile(someone: Opener, tmp_path: Path) -> None:
    office, tech = someone("office"), someone("tech", width=PHONE)
    begin(office, tech, "Fausse photo")
    start(tech)
    tech.provokes = {422}
    fake = tmp_path / "faux.jpg"
    fake.write_bytes(b"%PDF-1.7 no photo")
    shoot(tech, [fake, film(tmp_path, 1)[0]])
    expect(tech.find(".field-shots .error")).to_contain_text("JPEG")
    expect(tech.find("#field-photos .field-photos > li")).to_have_count(1)


def test_a_checklist_is_edited_as_one_list(someone: Opener) -> None:
    office = someone("office")
    office.go("/admin/checklists/new/")
    office.find("[name=name_fr]").fill("Essai")
    office.find("[name=name_en]").fill("Trial")
    first = office.find("[name=items-0-text_fr]")
    first.fill("Pression")
    office.find("[name=items-0-text_en]").fill("Pressure")
    office.find("[name=items-0-kind]").select_option("number")
    office.find("[name=items-0-unit]").fill("psi")
    first.press("Enter")
    office.find("[name=items-1-text_fr]").fill("Drain")
    office.find("[name=items-1-text_fr]").press("Alt+ArrowUp")
    office.provokes = {422}
    office.send()
    expect(office.find(".error").first).to_be_visible()
    assert office.find("[name=items-0-text_fr]").input_value() == "Drain", "nothing typed is lost"
    office.find("[name=items-0-text_en]").fill("Drain")
    assert office.troubles() == []
    office.send()
    expect(office.find("table.lines tbody tr")).to_have_count(2)
    assert "Drain" in office.find("table.lines tbody tr").first.inner_text()


#: A photo chosen in a form that is drawn anew while the phone shows its pictures.
CHOOSE_LATE = """async () => {
  const input = document.querySelector("#action-photo [data-from-phone] input"), part = input.closest("[data-live]");
  const fresh = part.cloneNode(true);
  fresh.querySelector(".field-shots").remove();
  part.replaceWith(fresh);
  document.dispatchEvent(new CustomEvent("field:renewed"));
  const canvas = document.createElement("canvas"), given = new DataTransfer();
  const photo = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg"));
  given.items.add(new File([photo], "late.jpg", { type: "image/jpeg" }));
  input.files = given.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}"""


def test_a_photo_chosen_while_the_page_is_drawn_anew_is_not_lost(someone: Opener) -> None:
    office, tech = someone("office"), someone("tech", width=PHONE)
    begin(office, tech, "Photo tardive")
    start(tech)
    tech.page.evaluate(CHOOSE_LATE)
    expect(tech.find("#field-photos .field-photos > li")).to_have_count(1)
