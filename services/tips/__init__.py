"""Tips: offered, paid by a link, shown as their donors chose."""

from services.tips.cards import PostCard, Receipt, TipCard
from services.tips.service import TipService

__all__ = ["PostCard", "Receipt", "TipCard", "TipService"]
