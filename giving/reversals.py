"""Taking back an entry that says what never was, by another that turns every posting round: nothing is ever changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from giving.ledger import Entry, Posting
from giving.proofs import PROOF_RULE, proof_id

REVERSE: Final = "reverse:"
LONGEST_KEY: Final = 200  # what the journal keeps
LONGEST_REASON: Final = 300


class ReversalRefused(ValueError):
    """It can't be taken back so; str() says why and what to do, for the operator."""


@dataclass(frozen=True, slots=True)
class Reversal:
    """The entry of this key is to be taken back; `proof` begins with the id of what shows that it is wrong."""

    key: str
    reason: str
    proof: str

    def __post_init__(self) -> None:
        """Refuse what says too little. Raises: ReversalRefused."""
        if not self.reason or len(self.reason) > LONGEST_REASON or not self.reason.isprintable():
            raise ReversalRefused(f"the reason is a line of 1 to {LONGEST_REASON} characters")
        if proof_id(self.proof) is None:
            raise ReversalRefused(PROOF_RULE)
        if self.key.startswith(REVERSE * 2):
            raise ReversalRefused(f"{self.key}: took a reversal back, and stays")
        if len(self.turned_key) > LONGEST_KEY:
            raise ReversalRefused(f"the key of an entry has at most {LONGEST_KEY - len(REVERSE)} characters here")

    @property
    def turned_key(self) -> str:
        """The key of the entry that takes it back: so there is one at most."""
        return REVERSE + self.key

    def entry(self, postings: Sequence[Posting], at: datetime) -> Entry:
        """What is to be booked, for an entry of these postings.

        Raises: ReversalRefused where a project's credit would move: that is the sum of its gifts, and only a refund
        takes a gift off it; or what a pool has.
        """
        if any(posting.account.startswith("project:") for posting in postings):
            raise ReversalRefused(
                f"{self.key}: moves what a project was given, which follows its gifts:"
                " give the gift back (/refunds, or at the provider), and that is booked by itself;"
                " what a conversion got wrong is settled with the next one"
            )
        if any(posting.account.startswith("pool:") for posting in postings):
            raise ReversalRefused(
                f"{self.key}: is what a sponsor promised; `pool withdraw` gives back what is left of it"
            )
        turned = tuple(Posting(posting.account, -posting.amount) for posting in postings)
        return Entry(self.turned_key, at, turned)
