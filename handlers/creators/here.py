"""What every handler of a creator's needs, under one name."""

from dataclasses import dataclass

from handlers import here as elsewhere
from services.creators import CreatorService
from services.handover import HandoverService
from services.slots import SlotService
from services.thanks import ThanksService
from services.thanks_posts import ThanksPostService


@dataclass(frozen=True, slots=True)
class Here(elsewhere.Here):
    """As elsewhere, and what a creator can do with chats, slots and donors."""

    creators: CreatorService
    handovers: HandoverService
    slots: SlotService
    thanks: ThanksService
    thanks_posts: ThanksPostService
