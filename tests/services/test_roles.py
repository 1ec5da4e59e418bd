"""Roles: given and taken by owners and by the command line, each change in the audit log."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from giving.errors import NotAllowed, PersonUnknown, RoleNotGrantable
from giving.people import GRANTABLE, Person, Role, Visitor
from giving.permissions import Permission
from services.audit import AuditService, as_json, changes, newest
from services.people import Holder, PeopleService
from storage import migrate
from storage.audit import AuditRecord
from storage.engines import Engines
from storage.ids import new_id
from tests.world import World


async def an_owner(world: World) -> Person:
    return await world.people.meet(Visitor(1003, "周岚"), started=True)


async def records(world: World) -> list[AuditRecord]:
    return [act.record for act in await newest(world.unit, limit=100)]


@pytest.mark.parametrize("role", GRANTABLE)
async def test_a_role_is_given_once_and_taken_once_and_each_change_is_logged(world: World, role: Role):
    owner = await an_owner(world)
    await world.people.grant(owner, 1002, role)
    await world.people.grant(owner, 1002, role)
    assert await world.people.roles(world.alice) == {role}
    await world.people.revoke(owner, 1002, role)
    await world.people.revoke(owner, 1002, role)
    assert await world.people.roles(world.alice) == frozenset()
    alice = str(world.alice.id)
    assert await records(world) == [
        AuditRecord(owner.id, "chat", "role.revoked", "person", alice, {"role": role}, None),
        AuditRecord(owner.id, "chat", "role.granted", "person", alice, None, {"role": role}),
    ]


async def test_the_same_role_given_twice_at_once_is_logged_once(world: World):
    owner = await an_owner(world)
    await asyncio.gather(*(world.people.grant(owner, 1002, Role.FINANCE) for _ in range(5)))
    assert len(await records(world)) == 1


async def test_who_has_which_roles_is_a_matter_of_settings_grants_and_chats(world: World):
    owner = await an_owner(world)
    assert await world.people.roles(owner) == {Role.OWNER}
    assert await world.people.roles(world.creator) == {Role.CREATOR}
    assert await world.people.roles(world.bob) == frozenset()


async def test_nobody_but_an_owner_gives_roles_and_nobody_makes_owners(world: World):
    owner = await an_owner(world)
    await world.people.grant(owner, 1002, Role.ADMIN)
    with pytest.raises(NotAllowed):
        await world.people.grant(world.alice, 1004, Role.ADMIN)
    with pytest.raises(NotAllowed):
        await world.people.revoke(world.alice, 1002, Role.ADMIN)
    for role in (Role.OWNER, Role.CREATOR):
        with pytest.raises(RoleNotGrantable):
            await world.people.grant(owner, 1002, role)
        with pytest.raises(RoleNotGrantable):
            await world.people.revoke_from_command_line(1002, role)
    with pytest.raises(PersonUnknown):
        await world.people.grant(owner, 4242, Role.ADMIN)
    assert len(await records(world)) == 1


async def test_the_command_line_gives_roles_and_is_nobody(world: World):
    await world.people.grant_from_command_line(1002, Role.FINANCE)
    await world.people.revoke_from_command_line(1002, Role.FINANCE)
    assert [(r.actor, r.way, r.action) for r in await records(world)] == [
        (None, "cli", "role.revoked"), (None, "cli", "role.granted"),
    ]  # fmt: skip


async def test_holders_are_owners_met_or_not_then_the_others(world: World):
    owner = await an_owner(world)
    people = PeopleService(world.unit, owners=[1003, 999], now=world.time)
    await people.grant(owner, 1002, Role.FINANCE)
    world.time.passes(seconds=1)
    await people.grant(owner, 1002, Role.ADMIN)
    await people.grant(owner, 1003, Role.REVIEWER)
    assert await people.holders() == [
        Holder(999, None, (Role.OWNER,)),
        Holder(1003, owner, (Role.OWNER, Role.REVIEWER)),
        Holder(1002, world.alice, (Role.ADMIN, Role.FINANCE)),
    ]


async def test_only_owners_read_the_log_and_names_are_looked_up_as_they_read(world: World):
    owner = await an_owner(world)
    await world.people.grant(owner, 1002, Role.ADMIN)
    audit = AuditService(world.unit, world.people)
    (card,) = await audit.shown_to(owner, limit=10)
    assert (card.actor, card.subject) == (owner, world.alice)
    for reader in (world.alice, world.bob, world.creator):
        with pytest.raises(NotAllowed):
            await audit.shown_to(reader, limit=10)


async def test_what_is_read_on_the_command_line_names_nobody(world: World):
    owner = await an_owner(world)
    await world.people.grant(owner, 1002, Role.ADMIN)
    (act,) = await newest(world.unit, limit=10)
    said = str(as_json(act))
    assert not any(word in said for word in ("Alice", "alice", "1002", "1003", "周岚"))
    assert as_json(act)["subject"] == {"kind": "person", "id": str(world.alice.id)}


async def test_somebody_who_administers_may_what_the_table_says(world: World):
    owner = await an_owner(world)
    await world.people.grant(owner, 1002, Role.ADMIN)
    await world.people.must(world.alice, Permission.REFUND)
    with pytest.raises(NotAllowed):
        await world.people.must(world.alice, Permission.APPROVE_PAYOUTS)


def test_changes_are_the_fields_that_differ():
    record = AuditRecord(None, "cli", "x", "y", "z", {"a": 1, "b": "same", "c": None}, {"a": 2, "b": "same", "d": [1]})
    assert list(changes(record)) == [("a", "1", "2"), ("d", None, "[1]")]
    assert list(changes(AuditRecord(None, "cli", "x", "y", "z"))) == []


async def test_roles_survive_a_way_back_to_the_schema_in_which_somebody_had_to_grant_them(
    world: World, engines: Engines
):
    owner = await an_owner(world)
    await world.people.grant_from_command_line(1002, Role.FINANCE)
    await world.people.grant(owner, 1004, Role.ADMIN)
    await migrate.downgrade(engines, "0001")
    async with engines.writer.connect() as connection:
        rows = await connection.execute(text("SELECT role, granted_by = person_id FROM roles ORDER BY role"))
        assert [(row[0], bool(row[1])) for row in rows] == [("admin", False), ("finance", True)]
    await migrate.upgrade(engines)
    assert await world.people.roles(world.alice) == {Role.FINANCE}

    async def grant_to_nobody() -> None:
        async with world.unit() as work:
            await work.people.grant(new_id(), Role.ADMIN, by=None, now=world.time())

    with pytest.raises(DBAPIError):  # the table was made anew, its keys are still there
        await grant_to_nobody()
