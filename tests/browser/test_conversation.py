"""A client follows a request on a phone, writes with a photo; the office answers; the client reads it."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Opener
from tests.browser.test_intake import ANSWERS


def test_a_client_writes_with_a_photo_and_reads_the_answer(someone: Opener, photos: list[Path]) -> None:
    visitor = someone(width=PHONE)
    visitor.provokes = {422}
    visitor.go("/")
    visitor.find("[name=service]").select_option(index=1)
    for name, value in (ANSWERS | {"phone": "450 555-0177"}).items():
        visitor.find(f"[name={name}]").fill(value)
    visitor.find("[name=consent]").check()
    visitor.find("form[data-intake] .primary").click()
    visitor.find(".follow-link a").click()
    send = visitor.find(".write-form .primary")
    send.click()
    expect(visitor.find(".write-form .error")).to_be_visible()
    expect(visitor.find("#conversation")).to_be_in_viewport()
    visitor.find("#body").fill("Voici la plaque.")
    visitor.find("#photos").set_input_files(photos[:1])
    expect(visitor.find(".shot img:visible")).to_have_count(1)
    visitor.find(".other-time summary").click()
    visitor.find("[value=fri_am]").check()
    send.click()
    expect(visitor.find(".said .mine img")).to_have_count(1)
    expect(visitor.find(".said .mine .tag")).to_be_visible()
    assert visitor.troubles() == []
    office = someone("office")
    office.go("/admin/inbox/")
    office.find("table.list tbody tr").first.get_by_role("link").first.click()
    expect(office.find(".entry.from-client img")).to_have_count(1)
    office.find("#to-client").fill("Merci, on s’en vient.")
    office.find(".compose .to-client .primary").click()
    expect(office.find(".entry.to-client")).to_have_count(1)
    assert office.troubles() == []
    visitor.page.reload()
    expect(visitor.find(".said .theirs")).to_have_text(re.compile("on s’en vient"))
