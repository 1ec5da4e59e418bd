"""Broadcasts, their deliveries, and who is in a segment."""

from storage.broadcasts.deliveries import DeliveryStore, ReaderRow, Undecided

__all__ = ["BroadcastStore", "ReaderRow", "Undecided"]


class BroadcastStore(DeliveryStore):
    """Rows of `broadcasts`, `broadcast_deliveries` and `broadcast_tallies`."""
