"""Tips: offered, paid by a link, shown as their donors chose."""

from services.tips.cards import PostCard, Receipt, TipCard
from services.tips.links import PayCode
from services.tips.service import TipService
from services.tips.taps import TapLook

__all__ = ["PayCode", "PostCard", "Receipt", "TapLook", "TipCard", "TipService"]
