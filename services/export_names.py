"""Our accounts by names that hledger, beancount and accountants take: Assets, Liabilities, Equity, Expenses."""

import re
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

# Our name, as a pattern; theirs, where {1} is a part of ours as one component.
_CHART: Final = (
    (r"project:([^:]+):credited", "Liabilities:Projects:{1}:Credited"),
    (r"project:([^:]+):matched", "Liabilities:Projects:{1}:Matched"),
    (r"organisation:([^:]+):received:([^:]+)", "Assets:Organisations:{1}:Received:{2}"),
    (r"rail:([^:]+):clearing", "Assets:Rails:{1}:Clearing"),
    (r"payout:([^:]+):transit", "Assets:Payouts:{1}:Transit"),
    (r"dispute:([^:]+):held", "Assets:Disputes:{1}:Held"),
    (r"sponsor:([^:]+):receivable", "Assets:Sponsors:{1}:Receivable"),
    (r"pool:([^:]+):committed", "Liabilities:Pools:{1}:Committed"),
    (r"operator:payable:([^:]+)", "Liabilities:Operator:Payable:{1}"),
    (r"expense:([^:]+):([^:]+)", "Expenses:{1}:{2}"),
    (r"exchange:([^:]+)", "Equity:Exchange:{1}"),
    (r"exchange:([^:]+):back", "Equity:Exchange:{1}:Back"),
    (r"(.*)", "Equity:Other:{1}"),
)


def legal_names(accounts: Iterable[str], slugs: Mapping[UUID, str]) -> dict[str, str]:
    """One legal name for each of ours, never one for two; projects and organisations by their slugs."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for account in sorted(set(accounts)):
        wished = name = _legal(account, slugs)
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{wished}-{number}"
        taken.add(name.lower())
        names[account] = name
    return names


def _legal(account: str, slugs: Mapping[UUID, str]) -> str:
    for pattern, name in _CHART:
        if found := re.fullmatch(pattern, account, re.DOTALL):
            for number, part in enumerate(found.groups(), 1):
                name = name.replace(f"{{{number}}}", _component(_slug(part, slugs)))
            return name
    raise AssertionError("the last pattern takes everything")


def _slug(part: str, slugs: Mapping[UUID, str]) -> str:
    try:
        return slugs.get(UUID(part), part)
    except ValueError:
        return part


def _component(part: str) -> str:
    """Letters, digits and hyphens, a capital or a digit first."""
    bare = re.sub(r"[^A-Za-z0-9]+", "-", part).strip("-")
    return bare[:1].upper() + bare[1:] or "X"
