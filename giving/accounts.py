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


def disputes(rail: str) -> Account:
    """What banks took back beyond what a gift still was; the operator's loss, never the project's."""
    return Account(f"expense:disputes:{rail}")


def organisation_received(organisation: UUID, rail: str) -> Account:
    """Money that is with the organisation: at once by direct charges, else once it was transferred or paid out."""
    return Account(f"organisation:{organisation}:received:{rail}")


def operator_payable(rail: str) -> Account:
    """What the operator owes the provider: fees that are billed, and not taken off what it holds."""
    return Account(f"operator:payable:{rail}")


def operator_received(rail: str) -> Account:
    """Money that a provider brought to the operator's own bank."""
    return Account(f"operator:received:{rail}")


def exchange(rail: str) -> Account:
    """Where the two currencies of a conversion meet: one leg each."""
    return Account(f"exchange:{rail}")


def exchange_back(rail: str) -> Account:
    """What was converted and given back since: the next conversion brings both of its currencies to nothing."""
    return Account(f"exchange:{rail}:back")


def dispute_held(dispute: str) -> Account:
    """What a provider took back until a dispute is decided."""
    return Account(f"dispute:{dispute}:held")


def project_matched(project: UUID) -> Account:
    """What sponsors added to what donors gave it (credit: negative)."""
    return Account(f"project:{project}:matched")


def pool_committed(pool: UUID) -> Account:
    """What a sponsor promised a pool and no gift has drawn yet (credit: negative)."""
    return Account(f"pool:{pool}:committed")


def sponsor_receivable(sponsor: UUID) -> Account:
    """What a sponsor promised and has not paid yet; below zero: what they are owed back."""
    return Account(f"sponsor:{sponsor}:receivable")


def sponsors_money() -> Account:
    """What sponsors paid in, in the operator's bank."""
    return Account("operator:sponsored")
