"""What each role may do: one table, one question. Owners may do everything; who has no role may give, like anyone."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from giving.errors import NotAllowed
from giving.people import Role


class Permission(StrEnum):
    """Something not everybody may do. Rules about whose it is (one's own chat, one's own project) come on top."""

    GRANT_ROLES = "grant_roles"
    READ_AUDIT = "read_audit"
    REVIEW_PROJECTS = "review_projects"
    WRITE_PROJECTS = "write_projects"
    WRITE_REPORTS = "write_reports"
    RUN_GIVING_DAYS = "run_giving_days"
    BROADCAST = "broadcast"
    MODERATE_CHATS = "moderate_chats"
    RUN_OWN_CHATS = "run_own_chats"
    REFUND = "refund"
    PREPARE_PAYOUTS = "prepare_payouts"
    APPROVE_PAYOUTS = "approve_payouts"  # by somebody else than who prepared it
    READ_BOOKS = "read_books"
    REVIEW_MATCHES = "review_matches"


ALLOWED: Final[dict[Role, frozenset[Permission]]] = {
    Role.OWNER: frozenset(Permission),
    Role.ADMIN: frozenset(
        {
            Permission.REVIEW_PROJECTS,
            Permission.WRITE_PROJECTS,
            Permission.WRITE_REPORTS,
            Permission.RUN_GIVING_DAYS,
            Permission.BROADCAST,
            Permission.MODERATE_CHATS,
            Permission.REFUND,
            Permission.REVIEW_MATCHES,
        }
    ),
    Role.REVIEWER: frozenset({Permission.REVIEW_PROJECTS}),
    Role.FINANCE: frozenset(
        {
            Permission.REFUND,
            Permission.PREPARE_PAYOUTS,
            Permission.APPROVE_PAYOUTS,
            Permission.READ_BOOKS,
            Permission.REVIEW_MATCHES,
        }
    ),
    Role.ORGANISATION: frozenset({Permission.WRITE_PROJECTS, Permission.WRITE_REPORTS}),
    Role.CREATOR: frozenset({Permission.RUN_OWN_CHATS}),
}


def may(roles: Collection[Role], what: Permission) -> bool:
    """Whether any of the roles allows it."""
    return any(what in ALLOWED[role] for role in roles)


def must(roles: Collection[Role], what: Permission) -> None:
    """Nothing if it is allowed. Raises: NotAllowed."""
    if not may(roles, what):
        raise NotAllowed


def may_for(roles: Collection[Role], what: Permission, *, member: bool) -> bool:
    """The same about an organisation: what somebody may only as a member of one, they may only for their own."""
    others = [role for role in roles if role is not Role.ORGANISATION]
    return may(others, what) or (member and may(roles, what))
