"""Tabs: tips too small for a rail, promised at once and settled together by one charge."""

from services.tabs.charges import TabCharges
from services.tabs.service import Promised, TabService
from services.tabs.told import ChargeTold
from services.tabs.view import TabCard, TabView

__all__ = ["ChargeTold", "Promised", "TabCard", "TabCharges", "TabService", "TabView"]
