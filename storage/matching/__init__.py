"""Sponsors' pools and what they added to gifts, as rows."""

from storage.matching.matches import Listed, MatchStore
from storage.matching.pools import PoolStore
from storage.matching.standing import StandingStore

__all__ = ["Listed", "MatchingStore"]


class MatchingStore(PoolStore, MatchStore, StandingStore):
    """Rows of `sponsors`, `pools`, `pool_windows`, `pool_projects` and `matches`.

    Whoever changes anything of a pool holds its row; tips are held before pools, pools before accounts.
    """
