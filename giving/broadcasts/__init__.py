"""Broadcasts: what is said to a segment of those who asked for that kind of message, at most once to each."""

from giving.broadcasts.broadcast import (
    PHOTO_UNREADABLE,
    RUNNABLE,
    Broadcast,
    BroadcastAct,
    BroadcastState,
    Content,
    Photo,
    UrlButton,
    may,
    must,
    must_be_as_many,
)
from giving.broadcasts.delivery import (
    Delivery,
    DeliveryState,
    Go,
    Later,
    Outcome,
    Reader,
    Skip,
    SkipReason,
    decide,
)
from giving.broadcasts.price import deci_stars, shown_stars
from giving.broadcasts.segments import LAPSED_AFTER, Segment, last_month

__all__ = [
    "LAPSED_AFTER",
    "PHOTO_UNREADABLE",
    "RUNNABLE",
    "Broadcast",
    "BroadcastAct",
    "BroadcastState",
    "Content",
    "Delivery",
    "DeliveryState",
    "Go",
    "Later",
    "Outcome",
    "Photo",
    "Reader",
    "Segment",
    "Skip",
    "SkipReason",
    "UrlButton",
    "deci_stars",
    "decide",
    "last_month",
    "may",
    "must",
    "must_be_as_many",
    "shown_stars",
]
