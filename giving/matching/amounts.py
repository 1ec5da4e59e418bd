"""How much a rule adds to a gift; of the lottery, what anyone can compute again from the seed and the public list."""

import hashlib

from giving.matching.pools import Fixed, Lottery, Ratio, Rule
from giving.receipts import public_end


def amount_of(rule: Rule, gift_minor: int, receipt_code: str) -> int:
    """What the rule adds, in minor units, before caps and what is left; parts of a minor unit are dropped."""
    match rule:
        case Ratio(sponsor, donor):
            return gift_minor * sponsor // donor
        case Fixed(minor):
            return minor
        case Lottery(least, most, seed):
            return least + lottery_number(seed, receipt_code) % (most - least + 1)


def lottery_number(seed: str, receipt_code: str) -> int:
    """SHA-256 of `seed:end of the code` (UTF-8) as a whole number: the same for everybody (docs/matching.md)."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{public_end(receipt_code)}".encode()).digest())
