"""A client answers a quote on a phone: options ticked while the total follows, signed with a finger, approved."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Opener
from tests.browser.person import Person
from tests.browser.test_proof import draw


def send_by_mail(office: Person) -> None:
    """The document shown leaves in the words of the template, whatever the pre-send check asks."""
    office.press('main a[href$="/send"]')
    confirm = office.find("[name=confirm]")
    if confirm.count():
        confirm.check()
    office.press("button[name=send]")


def sent_quote(office: Person) -> str:
    """A quote with a choice and an option leaves by e-mail; gives the address that the e-mail holds."""
    office.go("/admin/quotes/new/?client=1")
    office.fill(title="Thermopompe")
    for number, (text, price, option) in enumerate(
        (("Pose", "100", ""), ("Petit", "200", "choice"), ("Grand", "300", "choice"), ("Cache", "50", "optional"))
    ):
        if number:
            office.add_line()
        office.line(number, "description").fill(text)
        office.line(number, "unit_price").fill(price)
        office.line(number, "option").select_option(option)
    office.send()
    send_by_mail(office)
    office.press(office.find('main a[href*="/admin/messages/details/"]').first)
    return office.find('a[href*="/l/"]').first.get_attribute("href") or ""


def test_a_quote_is_chosen_signed_and_approved_on_a_phone(someone: Opener) -> None:
    client, link = someone(width=PHONE, touch=True), sent_quote(someone("office"))
    client.go(link)
    total = client.find(".following strong")
    client.find(".take").filter(has_text="Grand").click()
    client.find(".take").filter(has_text="Cache").click()
    expect(total).to_have_text(re.compile(r"517,39"))  # 450 × 1.14975
    expect(client.find(".answer .primary")).to_contain_text("517,39")
    assert not client.scrolls_sideways(PHONE)
    assert not client.troubles()

    client.go("/confidentialite")
    client.page.go_back()
    expect(client.find(".take :checked")).to_have_count(2)  # the browser ticks them anew
    expect(total).to_have_text(re.compile(r"517,39"))

    client.find("[name=name]").fill("Luc Gauthier")
    client.press('.portal-head a[lang="en"]')  # loses nothing
    expect(total).to_have_text("$517.39")
    client.press('.portal-head a[lang="fr"]')
    expect(client.find("[name=name]")).to_have_value("Luc Gauthier")
    client.find("[name=name]").press("Enter")  # as the button does
    expect(client.find(".glass .error")).to_contain_text("Dessinez")
    client.find("[data-way=type]").click()
    expect(client.find("canvas")).to_be_hidden()
    client.find("[data-way=draw]").click()
    draw(client, ".answer")
    client.press(".answer .primary")
    expect(client.find(".notice.good")).to_contain_text("Signée par Luc Gauthier")
    assert client.find(".bill .pill-good").count() == 2
    assert not client.troubles()
