"""Owners: roles and the audit log."""

from typing import Final

from tools.pictures.camera import View
from tools.pictures.cast import Cast, Scene, bot_of


def how(cast: Cast) -> View:
    cast.admin.ask("/role_add")
    return bot_of("admin")


def added(cast: Cast) -> View:
    cast.admin.ask("/role_add finance 1002")
    cast.admin.ask("/role_add reviewer 123456789")
    return bot_of("admin")


def roles(cast: Cast) -> View:
    cast.admin.ask("/roles")
    return bot_of("admin")


def audit(cast: Cast) -> View:
    cast.admin.ask("/role_remove finance 1002")
    cast.close_libraries(closed=True)
    cast.close_libraries(closed=False)
    cast.admin.ask("/audit")
    return bot_of("admin")


def refused(cast: Cast) -> View:
    cast.follower.ask("/roles")
    cast.follower.ask("/audit")
    return bot_of("follower")


SCENES: Final = (
    Scene("admin-how", how),
    Scene("admin-role-added", added),
    Scene("admin-roles", roles),
    Scene("admin-audit", audit),
    Scene("admin-not-allowed", refused),
)
