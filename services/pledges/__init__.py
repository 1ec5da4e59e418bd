"""Monthly giving."""

from services.pledges.changes import PledgeChanges
from services.pledges.goals import Goal
from services.pledges.means import Means
from services.pledges.pages import Invoice, PayPage, PledgePages
from services.pledges.renewed import Renewed
from services.pledges.service import Begun, PledgeAsk, PledgeList, PledgeService
from services.pledges.steps import PledgeSteps
from services.pledges.told import Because, PledgeTold
from services.pledges.view import PledgeCard, PledgeOffer, PledgeViews

__all__ = [
    "Because", "Begun", "Goal", "Invoice", "Means", "PayPage", "PledgeAsk", "PledgeCard", "PledgeChanges", "PledgeList",
    "PledgeOffer", "PledgePages", "PledgeService", "PledgeSteps", "PledgeTold", "PledgeViews", "Renewed",
]  # fmt: skip
