"""Settling: events become entries, tips become paid, and whoever is to be told is queued."""

from services.settlement.batch import Taken
from services.settlement.matching import Matcher
from services.settlement.settler import Settler

__all__ = ["Matcher", "Settler", "Taken"]
