"""Matching funds: a sponsor's pool adds to what people give, by a rule that anyone can check."""

from giving.matching.amounts import amount_of, lottery_number
from giving.matching.deciding import Decided, Pays, Standing, comes_again, decide_matches
from giving.matching.fairness import Fairness, HeldReason
from giving.matching.matches import Match, MatchState, PaidGift, back_of
from giving.matching.pools import (
    Caps,
    Fixed,
    Lottery,
    Pool,
    PoolState,
    Ratio,
    Remainder,
    Rule,
    Scope,
    Sponsor,
    Window,
    checked,
)
from giving.matching.remainders import Ending, ending, shares

__all__ = [
    "Caps",
    "Decided",
    "Ending",
    "Fairness",
    "Fixed",
    "HeldReason",
    "Lottery",
    "Match",
    "MatchState",
    "PaidGift",
    "Pays",
    "Pool",
    "PoolState",
    "Ratio",
    "Remainder",
    "Rule",
    "Scope",
    "Sponsor",
    "Standing",
    "Window",
    "amount_of",
    "back_of",
    "checked",
    "comes_again",
    "decide_matches",
    "ending",
    "lottery_number",
    "shares",
]
