"""Tips, and the keys of the taps that made them."""

from storage.tips.given import GivenReads
from storage.tips.reading import TipReads
from storage.tips.rows import read_tip
from storage.tips.writing import TipWrites

__all__ = ["TipStore", "read_tip"]


class TipStore(TipReads, TipWrites, GivenReads):
    """Rows of `tips` and `tip_keys`."""
