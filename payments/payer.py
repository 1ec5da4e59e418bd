"""With what somebody paid, as nothing but a name that says nothing: a keyed hash, so that many gifts by one are seen.

The key is a secret the rail has anyhow: neither the number nor the account can be found from it, and another
installation's hashes are others.
"""

import hashlib
import hmac
from typing import Final

_LENGTH: Final = 32
_PURPOSE: Final = b"payer:"
_LONGEST: Final = 256


def payer_of(secret: str, named: object) -> str | None:
    """The hash of what a provider calls a card or an account; None where it names none."""
    if not isinstance(named, str) or not 0 < len(named) <= _LONGEST or not secret:
        return None
    return hmac.new(secret.encode(), _PURPOSE + named.encode(), hashlib.sha256).hexdigest()[:_LENGTH]
