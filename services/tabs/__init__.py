"""Tabs: tips too small for a rail, promised at once and settled together by one charge."""

from services.tabs.charges import ChargeTold, TabCharges
from services.tabs.service import Promised, TabCard, TabService, TabView

__all__ = ["ChargeTold", "Promised", "TabCard", "TabCharges", "TabService", "TabView"]
