"""Refunds: asked for, decided, sent to the rail, and followed until they are final."""

from services.refunds.offers import Offer
from services.refunds.service import RefundService, RefundTold, RefundWish
from services.refunds.told import Returned

__all__ = ["Offer", "RefundService", "RefundTold", "RefundWish", "Returned"]
