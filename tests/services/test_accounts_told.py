"""Organisations' members and whoever opened an account hear when it turns; everybody else doesn't."""

from giving.notices import NoticeKind
from giving.people import Role
from services.rails.accounts_told import OPENED, tell_of_account
from storage.audit import AuditRecord
from storage.methods import RailAccount
from tests.world import World


async def test_each_turn_is_one_and_is_told_to_members_and_the_one_who_opened_it(world: World):
    of = world.library.organisation.id
    async with world.unit() as work:
        await work.accounts.keep(RailAccount(of, "paper", "acct_1", ready=False), now=world.time())
        await work.people.grant(world.bob.id, Role.ORGANISATION, by=None, now=world.time())
        await work.people.grant(world.alice.id, Role.FINANCE, by=None, now=world.time())
        record = AuditRecord(world.creator.id, "chat", OPENED, "organisation", str(of), None, {"rail": "paper"})
        await work.audit.add(record, now=world.time())
    turns = []
    for ready in (False, True, True, False, False):
        async with world.unit() as work:
            changed = await work.accounts.changed("paper", "acct_1", ready=ready, at=world.time())
            assert changed is not None
            turns.append(changed.turned)
            if changed.turned:
                await tell_of_account(work, changed.account, world.time())
    assert turns == [False, True, False, True, False]
    async with world.unit() as work:
        assert await work.accounts.changed("paper", "acct_of_nobody", ready=True, at=world.time()) is None
    told = [notice.recipient for notice in await world.outbox.claim() if notice.kind is NoticeKind.ACCOUNT]
    assert sorted(told) == [1001, 1001, 1004, 1004]
