"""The calendar in a browser whose own clock is in Tokyo: dragging, undoing, two planners, keyboard, finger."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.browser.conftest import PHONE, Opener
from tests.browser.person import TECHNICIAN, Person
from tests.support import day

TOKYO = "Asia/Tokyo"
#: Weeks ahead, where the demo company has planned nothing.
FREE = 40


def dispatch(person: Person, after: int = FREE) -> None:
    """Open the rows of a day, and wait until they are drawn."""
    person.go(f"/admin/calendar/?view=dispatch&date={day(after)}")
    expect(row_of(person)).to_be_visible()


def row_of(person: Person, name: str = TECHNICIAN) -> Locator:
    """The head of somebody's row."""
    return person.find(".ec-row-head").filter(has_text=name)


def middle(element: Locator) -> tuple[float, float]:
    """Where to take hold of it."""
    box = element.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def spot(person: Person, hour: int, name: str = TECHNICIAN) -> tuple[float, float]:
    """A point on somebody's row, at an hour."""
    head = person.find(".ec-slots time").filter(has_text=re.compile(rf"^{hour}\sh$")).bounding_box()
    assert head is not None
    return head["x"] + 3, middle(row_of(person, name))[1]


def drag(person: Person, what: Locator, to: tuple[float, float]) -> None:
    """With the mouse, in steps, as a hand does."""
    mouse = person.page.mouse
    mouse.move(*middle(what))
    mouse.down()
    mouse.move(*(place + 12 for place in middle(what)), steps=3)
    mouse.move(*to, steps=8)
    mouse.up()


def span(hour: int, minutes: int) -> str:
    """From an hour on, so long, as it is written."""
    ends, rest = divmod(hour * 60 + minutes, 60)
    return f"{hour}\u00a0h\u00a000 – {ends}\u00a0h\u00a0{rest:02d}"


def waiting(person: Person) -> Locator:
    """The last of the visits to plan: the first ones are other tests'."""
    return person.find(".unplanned li").last


def event(person: Person, number: str) -> Locator:
    """A visit on the calendar, by its case's number."""
    return person.find(".ec-event.visit:not(.ec-ghost, .ec-preview)").filter(has_text=number)


def planned(person: Person, hour: int) -> str:
    """Drag the last visit that waits to the technician; gives its case's number."""
    row = waiting(person)
    row.scroll_into_view_if_needed()
    number = str(row.get_attribute("data-number"))
    before = person.find(".unplanned li").count()
    drag(person, row.locator(".handle"), spot(person, hour))
    expect(event(person, number)).to_be_visible()
    expect(person.find(".toast")).to_contain_text(f"{hour}\u00a0h\u00a000")
    expect(person.find(".unplanned li")).to_have_count(before - 1)
    expect(person.find("[data-count]")).to_have_text(str(before - 1))
    return number


def undo(person: Person, number: str) -> None:
    """Take the last move back, where it came from the list."""
    person.find(".toast .undo").click()
    expect(person.find(".unplanned li").filter(has_text=number)).to_be_visible()
    expect(event(person, number)).to_have_count(0)


def test_a_visit_dragged_onto_a_technician_is_on_their_phone_until_it_is_undone(someone: Opener) -> None:
    office, technician = someone("office", zone=TOKYO), someone("tech", width=PHONE, zone=TOKYO)
    dispatch(office)
    number = planned(office, 10)
    technician.go(f"/admin/calendar/?view=day&date={day(FREE)}")
    expect(event(technician, number)).to_contain_text("10\u00a0h\u00a000")
    event(technician, number).click()
    expect(technician.find("#visit-panel")).to_contain_text(TECHNICIAN)
    assert technician.find("#visit-panel input").count() == 0
    technician.press("#visit-panel a[data-panel=url]")
    assert number in technician.find("main").inner_text()
    visit = technician.page.url.rpartition("=")[2]
    technician.go(f"/field/visits/{visit}")
    expect(technician.find("main")).to_contain_text(number)
    expect(technician.find("main")).to_contain_text("10\u00a0h\u00a000")
    undo(office, number)
    technician.go(f"/admin/calendar/?view=list&date={day(FREE)}")
    assert number not in technician.find("main").inner_text()


def test_it_is_moved_to_another_hour_and_row_stretched_and_each_is_undone(someone: Opener) -> None:
    office = someone("office", zone=TOKYO)
    dispatch(office, FREE + 1)
    minutes = int(waiting(office).get_attribute("data-minutes") or 60)
    number = planned(office, 9)
    x, y = middle(event(office, number))
    step = spot(office, 11)[0] - spot(office, 9)[0]
    drag(office, event(office, number), (x + step, middle(row_of(office, "Yannick Roy"))[1]))
    toast = office.find(".toast")
    expect(toast).to_contain_text("Yannick Roy")
    expect(toast).to_contain_text(span(11, minutes))
    office.find(".toast .undo").click()
    expect(toast).to_contain_text(span(9, minutes))
    expect(toast).to_contain_text(TECHNICIAN)
    box = event(office, number).bounding_box()
    assert box is not None
    assert abs(box["y"] + box["height"] / 2 - y) < 4
    event(office, number).hover()
    edge = box["x"] + box["width"] - 3, box["y"] + box["height"] / 2
    office.page.mouse.move(*edge)
    office.page.mouse.down()
    office.page.mouse.move(edge[0] + step / 2, edge[1], steps=6)
    office.page.mouse.up()
    expect(toast).to_contain_text(span(9, minutes + 60))
    office.go(f"/admin/calendar/?view=list&date={day(FREE + 1)}")
    assert span(9, minutes + 60) in office.find(f"#day-{day(FREE + 1)}").inner_text()
    dispatch(office, FREE + 1)
    event(office, number).click()
    office.find("[data-unplan]").click()
    expect(office.find(".unplanned li").filter(has_text=number)).to_be_visible()


def test_of_two_planners_the_second_is_told_who_moved_it(someone: Opener) -> None:
    first, second = someone("office", zone=TOKYO), someone("owner")
    dispatch(first, FREE + 2)
    number = planned(first, 9)
    dispatch(second, FREE + 2)
    expect(event(second, number)).to_be_visible()
    drag(first, event(first, number), spot(first, 14))
    expect(first.find(".toast")).to_contain_text("–")
    second.provokes.add(409)
    drag(second, event(second, number), spot(second, 8, "Yannick Roy"))
    toast = second.find(".toast.bad")
    expect(toast).to_contain_text("Karine Bouchard")
    assert abs(middle(event(second, number))[0] - middle(event(first, number))[0]) < 4
    assert abs(middle(event(second, number))[1] - middle(row_of(second))[1]) < 16
    drag(second, event(second, number), spot(second, 8, "Yannick Roy"))  # what it shows now is what it moves
    expect(second.find(".toast:not(.bad)")).to_contain_text("Yannick Roy")
    first.provokes.add(409)
    first.find(".toast .undo").click()  # too late: the other moved it
    expect(first.find(".toast.bad")).to_be_visible()
    event(second, number).click()
    second.find("[data-unplan]").click()
    expect(event(second, number)).to_have_count(0)


def by_panel(person: Person, number: str, change: Callable[[], None]) -> None:
    """Open the panel with the keyboard, change something, send it with Enter."""
    event(person, number).focus()
    person.page.keyboard.press("Enter")
    expect(person.find("#visit-panel")).to_be_visible()
    change()
    person.find("#panel-day").press("Enter")
    expect(person.find("#visit-panel")).to_be_hidden()


def test_a_visit_is_planned_with_the_keyboard_alone(someone: Opener) -> None:
    office = someone("office", zone=TOKYO)
    office.go(f"/admin/calendar/?view=week&date={day(FREE)}")
    row = waiting(office)
    number = str(row.get_attribute("data-number"))
    row.locator("[data-plan]").focus()
    office.page.keyboard.press("Enter")
    assert office.find("#panel-day").input_value() == day(FREE).isoformat()
    office.provokes.add(422)
    office.find("#panel-day").press("Enter")  # nobody goes yet
    expect(office.find("#visit-panel .error")).to_be_visible()
    office.fill(**{"from": "13:15", "to": "14:45"})
    office.find("#panel-person").select_option(label=TECHNICIAN)
    office.find("#panel-day").press("Enter")
    expect(office.find(".toast")).to_contain_text("13\u00a0h\u00a015 – 14\u00a0h\u00a045")
    by_panel(office, number, lambda: office.find("#panel-to").fill("16:00"))
    expect(office.find(".toast")).to_contain_text("13\u00a0h\u00a015 – 16\u00a0h\u00a000")
    by_panel(office, number, lambda: office.find("[name=any_time]").check())
    expect(office.find(".ec-all-day .visit").filter(has_text=number)).to_be_visible()
    event(office, number).focus()
    office.page.keyboard.press("Enter")
    office.find("[data-unplan]").click()
    expect(event(office, number)).to_have_count(0)


def test_a_finger_holds_a_visit_and_drops_it(someone: Opener) -> None:
    office = someone("office", zone=TOKYO, touch=True)
    dispatch(office, FREE + 3)
    row = waiting(office)
    row.scroll_into_view_if_needed()
    number = str(row.get_attribute("data-number"))
    session = office.page.context.new_cdp_session(office.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": x, "y": y} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    start, end = middle(row.locator(".handle")), spot(office, 10)
    touch("touchStart", start)
    expect(office.find(".dragged")).to_be_visible()  # it is held long enough
    for part in range(1, 9):
        touch("touchMove", tuple(a + (b - a) * part / 8 for a, b in zip(start, end, strict=True)))  # type: ignore[arg-type]  # two numbers
    touch("touchEnd")
    expect(event(office, number)).to_be_visible()
    undo(office, number)


def test_every_view_is_drawn_where_its_address_says_and_holds_on_a_phone(someone: Opener) -> None:
    office, wrong = someone("office", zone=TOKYO, width=PHONE), []
    for view in ("day", "week", "month", "dispatch", "dispatch-week"):
        office.go(f"/admin/calendar/?view={view}&date={day(1)}")
        expect(office.find(".ec-day").first).to_be_attached()
        wrong += [f"{view}: {trouble}" for trouble in office.troubles()]
    assert wrong == []
    office.go("/admin/calendar/")
    expect(office.find(".ec-day-view")).to_be_visible()  # a phone shows a day where nobody asked for more
    assert "view=day" in office.path
    assert not office.scrolls_sideways(PHONE)


def test_without_a_script_there_is_a_list(someone: Opener) -> None:
    office = someone("office", script=False)
    office.go("/admin/calendar/")
    office.press(".notice a")
    assert office.find(".agenda").count() == 7
    office.press(".unplanned li a >> nth=0")
    assert office.path.endswith("/do/schedule")
