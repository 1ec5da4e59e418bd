"""Numbers of certificates: like receipt codes, so many that none can be guessed, and never taken for one."""

from giving.receipts import normal_code, receipt_code


def certificate_number(random_bits: int) -> str:
    """`YC-XXXXX-XXXXX-XXX` for 65 random bits; the caller brings the randomness."""
    return f"YC{receipt_code(random_bits)[2:]}"


def normal_number(typed: str) -> str | None:
    """The number somebody typed or scanned, in its one form; None if it can't be one."""
    bare = "".join(c for c in typed.upper() if c.isalnum())
    code = normal_code(f"YZ{bare[2:]}") if bare.startswith("YC") else None
    return f"YC{code[2:]}" if code is not None else None
