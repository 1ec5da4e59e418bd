"""Refunds: asked for, decided, sent to the rail, and followed until they are final."""

from services.refunds.service import RefundService, RefundTold, RefundWish

__all__ = ["RefundService", "RefundTold", "RefundWish"]
