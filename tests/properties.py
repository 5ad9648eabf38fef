"""Properties: what holds for any example that Hypothesis draws.

The same commit draws the same examples and gets the same verdict; ``make fuzz`` draws others at random, and more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import engine

from sercom.core.base import db

#: How many times as many examples as a property asks for.
FUZZ = int(os.environ.get("SERCOM_FUZZ", "1"))
settings.register_profile(
    "sercom",
    deadline=None,  # a busy machine is no failure
    database=None,
    derandomize=FUZZ == 1,
    phases=[phase for phase in Phase if phase is not Phase.explain],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("sercom")
#: A failure is told in seconds, as small as it is by then; Hypothesis would shrink it for five minutes.
engine.MAX_SHRINKING_SECONDS = 20


def examples(count: int) -> settings:
    """How many examples of a property are tried; times ``SERCOM_FUZZ``."""
    return settings(max_examples=count * FUZZ)


@contextmanager
def undone() -> Iterator[None]:
    """Leave nothing of an example behind, neither rows nor objects, whether it held or not."""
    point = db.session.begin_nested()
    try:
        yield
    finally:
        point.rollback()
        db.session.expunge_all()
