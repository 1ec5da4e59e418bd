"""What an operator shows for what they book by hand: its id, once each, then words if they like."""

import re
from typing import Final

LONGEST_PROOF: Final = 200
PROOF_RULE: Final = (
    "the proof begins with its id: 3 to 100 of A-Z a-z 0-9 . _ : / + -, then words if you like"
    f" ({LONGEST_PROOF} characters at most)"
)
_PROOF: Final = re.compile(r"(?P<id>[A-Za-z0-9][A-Za-z0-9._:/+-]{2,99})(?:\s+(?P<words>\S.*))?", re.DOTALL)


def proof_id(proof: str) -> str | None:
    """The id that it begins with; None for what is no proof."""
    found = _PROOF.fullmatch(proof)
    return found["id"] if found and len(proof) <= LONGEST_PROOF else None
