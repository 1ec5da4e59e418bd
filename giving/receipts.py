"""Receipt codes: short enough to read out, too many to guess."""

from typing import Final

# Crockford's base 32: no I, L, O, U. Source: crockford.com/base32.html
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS: Final = [first + second for first in _ALPHABET for second in _ALPHABET]
_READ_AS: Final = str.maketrans({"I": "1", "L": "1", "O": "0"})
RANDOM_BITS: Final = 65
_END: Final = len("XXXXX-XXX")


def receipt_code(random_bits: int) -> str:
    """`YZ-XXXXX-XXXXX-XXX` for 65 random bits (13 characters); the caller brings the randomness."""
    if not 0 <= random_bits < 1 << RANDOM_BITS:
        raise ValueError("receipt codes take 65 bits")
    pairs = [_PAIRS[random_bits >> shift & 1023] for shift in (55, 45, 35, 25, 15, 5)]
    digits = "".join(pairs) + _ALPHABET[random_bits & 31]
    return f"YZ-{digits[:5]}-{digits[5:10]}-{digits[10:]}"


def public_end(code: str) -> str:
    """What public lists show of a code (`XXXXX-XXX`): enough to find one that one has, not to open one (privacy.md)."""
    return code[-_END:]


def normal_code(typed: str) -> str | None:
    """The code somebody typed or pasted, in its one form; None if it can't be one."""
    bare = "".join(c for c in typed.upper() if c.isalnum())
    if not bare.startswith("YZ"):
        return None
    digits = bare[2:].translate(_READ_AS)
    if len(digits) != 13 or any(c not in _ALPHABET for c in digits):
        return None
    return f"YZ-{digits[:5]}-{digits[5:10]}-{digits[10:]}"
