"""Who may do what: the table, and the question."""

import pytest

from giving.errors import NotAllowed
from giving.people import GRANTABLE, Role
from giving.permissions import ALLOWED, Permission, may, must


def test_every_role_stands_in_the_table_and_every_permission_belongs_to_somebody_but_the_owner():
    assert set(ALLOWED) == set(Role)
    others = frozenset().union(*(allowed for role, allowed in ALLOWED.items() if role is not Role.OWNER))
    assert set(Permission) - others == {Permission.GRANT_ROLES, Permission.READ_AUDIT}


def test_owners_may_everything_and_nobody_nothing():
    assert all(may({Role.OWNER}, what) for what in Permission)
    assert not any(may(frozenset(), what) for what in Permission)


@pytest.mark.parametrize(("role", "what", "allowed"), [
    (Role.ADMIN, Permission.REFUND, True),
    (Role.ADMIN, Permission.APPROVE_PAYOUTS, False),
    (Role.REVIEWER, Permission.REVIEW_PROJECTS, True),
    (Role.REVIEWER, Permission.WRITE_PROJECTS, False),
    (Role.FINANCE, Permission.APPROVE_PAYOUTS, True),
    (Role.FINANCE, Permission.BROADCAST, False),
    (Role.ORGANISATION, Permission.WRITE_REPORTS, True),
    (Role.ORGANISATION, Permission.REVIEW_PROJECTS, False),
    (Role.CREATOR, Permission.RUN_OWN_CHATS, True),
    (Role.CREATOR, Permission.MODERATE_CHATS, False),
])  # fmt: skip
def test_what_a_role_allows(role, what, allowed):
    assert may({role}, what) is allowed


def test_two_roles_allow_what_either_allows_and_what_neither_does_is_refused():
    both = {Role.REVIEWER, Role.FINANCE}
    must(both, Permission.REVIEW_PROJECTS)
    must(both, Permission.READ_BOOKS)
    with pytest.raises(NotAllowed):
        must(both, Permission.GRANT_ROLES)


def test_owners_and_creators_can_not_be_made_by_granting():
    assert set(Role) - set(GRANTABLE) == {Role.OWNER, Role.CREATOR}
