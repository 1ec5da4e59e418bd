"""Sponsors' pools: made, signed, paid, withdrawn, ended; what is held decided; and all of it shown."""

from services.matching.review import Asked, Held, MatchReview, Reviewed
from services.matching.service import NewPool, PoolService
from services.matching.steps import PoolSteps
from services.matching.views import Entry, PoolCard, PoolViews

__all__ = [
    "Asked",
    "Entry",
    "Held",
    "MatchReview",
    "NewPool",
    "PoolCard",
    "PoolService",
    "PoolSteps",
    "PoolViews",
    "Reviewed",
]
