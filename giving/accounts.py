"""The chart of accounts: names only; what may be posted where is decided in giving/ledger.py."""

from typing import NewType
from uuid import UUID

Account = NewType("Account", str)


def project_credited(project: UUID) -> Account:
    """What donors gave the project, all of it (credit: negative)."""
    return Account(f"project:{project}:credited")


def rail_clearing(rail: str) -> Account:
    """Money on its way through us on one rail."""
    return Account(f"rail:{rail}:clearing")


def fees(rail: str) -> Account:
    """What the operator pays the provider; never the project's."""
    return Account(f"expense:fees:{rail}")
