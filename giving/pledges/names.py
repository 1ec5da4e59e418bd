"""Ids that a pledge's instalment and its debits always have, so that a database taken back makes the same ones again.

The rail's key of a debit is made of its payment's id: a step that was taken, lost with the database and taken again
asks the rail with the same key for the same payment. They look like the version 7 ids that everything else has, and
sort by their month likewise.
"""

from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from giving.pledges.months import Month


def instalment_id(pledge: UUID, month: Month) -> UUID:
    """The one of this pledge's instalment for that month."""
    return _id(month, f"{pledge}:{month}")


def debit_id(pledge: UUID, month: Month, debit: int) -> UUID:
    """The one of the payment of its so-many-th debit."""
    return _id(month, f"{pledge}:{month}:{debit}")


def _id(month: Month, name: str) -> UUID:
    began = int(datetime(month.year, month.number, 1, tzinfo=UTC).timestamp() * 1000)
    rest = int.from_bytes(sha256(name.encode()).digest()[:10])
    bits = (began & (1 << 48) - 1) << 80 | rest
    bits = bits & ~(0xF << 76) | 7 << 76  # version
    return UUID(int=bits & ~(0b11 << 62) | 0b10 << 62)  # variant
