"""Several people invoice the same jobs in the same moment: one of them does."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from sercom.core.base import db
from sercom.models import Conversion, Invoice, Job
from tests.integration.test_concurrency import all_at_once
from tests.support import Browser, World, make_client, make_user, start

WINDOWS = 8


def jobs_of_one_client(world: World) -> list[int]:
    def build() -> Any:
        client, actor = make_client(), make_user("office").actor
        start("job", actor, client)
        return start("job", actor, client)

    world.make(build)
    return world.read(lambda: list(db.session.scalars(select(Job.id).order_by(Job.id))))


def pages(world: World, jobs: list[int]) -> list[tuple[Browser, str, dict[str, str]]]:
    """Each window with its own page: address and fields."""
    shown = []
    for number in range(WINDOWS):
        browser = Browser(world.app).sign_in(world.user("office"))
        url = f"/admin/jobs/{jobs[number % len(jobs)]}/convert/invoice"
        fields = {name: value for name, value in browser.form(url).items() if name in {"token", "version"}}
        shown.append((browser, url, fields))
    return shown


def sums(app: Any) -> tuple[int, Decimal]:
    with app.app_context():
        invoices = db.session.scalars(select(Invoice)).all()
        links = db.session.scalars(select(Conversion)).all()
        return len(invoices), sum((link.net for link in links), Decimal(0))


@pytest.mark.slow
@pytest.mark.parametrize("mode", [{"mode": "percent", "percent": "100"}, {"mode": "amount", "amount": "60"}])
def test_the_rest_is_invoiced_once(own_app, mode):
    world = World(own_app)
    job = world.document("job")
    windows = pages(world, [job])
    answers = all_at_once(lambda n: windows[n][0].post(windows[n][1], windows[n][2] | mode), WINDOWS)
    assert sorted({status for status, _ in answers}) in ([302, 409], [302, 409, 422], [302, 422])
    assert [status for status, _ in answers].count(302) == 1
    assert sums(own_app) == (1, Decimal(100) if mode["mode"] == "percent" else Decimal(60))


@pytest.mark.slow
def test_two_jobs_are_taken_together_from_either_side(own_app):
    """Each names the other one: they wait for each other and never in a circle."""
    world = World(own_app)
    jobs = jobs_of_one_client(world)
    windows = pages(world, jobs)

    def go(number: int) -> Any:
        browser, url, fields = windows[number]
        return browser.post(url, fields | {"mode": "percent", "percent": "100", "job": str(jobs[(number + 1) % 2])})

    answers = all_at_once(go, WINDOWS)
    assert [status for status, _ in answers].count(302) == 1
    assert {status for status, _ in answers} <= {302, 409, 422}
    assert sums(own_app) == (1, Decimal(200))
