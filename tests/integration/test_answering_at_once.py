"""Approved in several tabs in the same moment: one approval, one letter, one job, and nobody sees an error."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from sqlalchemy import func, select

from sercom.core.base import db
from sercom.entities.company.model import get_company
from sercom.models import Approval, Job, Message
from tests.answering import waiting
from tests.pages import form_to
from tests.support import Browser

TABS = 6


def test_one_approval_comes_of_many_at_once(own_app: Any) -> None:
    with own_app.app_context():
        _quote, link, _actor = waiting()
        get_company(db.session).approval_starts_job = True
        db.session.commit()
        url = f"/l/{link.token}"
    form = form_to(Browser(own_app).get(url), "/approve")
    data, gate = form.data | {"name": "Julie Tremblay", "typed": "Julie Tremblay"}, Barrier(TABS)

    def approve(_number: int) -> int:
        browser = Browser(own_app)
        gate.wait()
        return int(browser.post(form.action, data, csrf=False).status_code)

    with ThreadPoolExecutor(TABS) as pool:
        assert set(pool.map(approve, range(TABS))) == {303}
    with own_app.app_context():
        count = [db.session.scalar(select(func.count()).select_from(model)) for model in (Approval, Job)]
        letters = db.session.scalar(select(func.count()).where(Message.kind == "quote_approved"))
    assert (*count, letters) == (1, 1, 1)
