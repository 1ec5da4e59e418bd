"""Whether Stripe signed what came, and when."""

import stripe


def is_signed(body: bytes, header: str, secret: str) -> bool:
    """By the library, over the body as it came; its own look at the age sees only the past, so it is left out."""
    try:
        stripe.WebhookSignature.verify_header(body, header, secret, tolerance=None)
    except (stripe.SignatureVerificationError, ValueError, TypeError):  # not UTF-8; not ASCII
        return False
    return True


def stamp_of(header: str) -> int:
    """When it was signed, as the library reads it."""
    return int(next(part.split("=", 2)[1] for part in header.split(",") if part.split("=", 2)[0] == "t"))
