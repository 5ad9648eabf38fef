"""Everything the demo company was asked to do in the last eight months, as data."""

from sercom.demo.works.accounting import ACCOUNTING
from sercom.demo.works.installations import INSTALLATIONS
from sercom.demo.works.repairs import REPAIRS
from sercom.demo.works.this_week import THIS_WEEK
from sercom.demo.works.upkeep import UPKEEP
from sercom.demo.works.waiting import WAITING

WORKS = (*INSTALLATIONS, *REPAIRS, *UPKEEP, *WAITING, *THIS_WEEK, *ACCOUNTING)
