"""How much a rule adds to a gift; of the lottery, what anyone can compute again from the seed and the receipt."""

import hashlib

from giving.matching.pools import Fixed, Lottery, Ratio, Rule


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
    """SHA-256 of `seed:receipt code` (UTF-8) as a whole number: the same for everybody, always (docs/matching.md)."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{receipt_code}".encode()).digest())
