"""The loops of one process come down in order: the lease is given back, also when that takes its time."""

import asyncio
from types import SimpleNamespace
from typing import Any

from launch.service.running import loops
from launch.stopping import Stopping
from services.leadership import Leadership
from services.wake import Wakes
from storage.work import UnitOfWork


async def nothing(*_: object) -> int:
    return 0


def services_with(leadership: Leadership) -> Any:
    """As much of the services as the loops call, doing nothing."""
    return SimpleNamespace(
        payments=SimpleNamespace(pending=asyncio.Event(), settle_pending=nothing),
        sweep=SimpleNamespace(sweep=nothing),
        guard=SimpleNamespace(forget_old=nothing),
        refunds=SimpleNamespace(sweep=nothing),
        transfers=SimpleNamespace(sweep=nothing),
        reconcile=SimpleNamespace(daily=nothing),
        tab_charges=SimpleNamespace(sweep=nothing),
        day_steps=SimpleNamespace(sweep=nothing),
        invitations=SimpleNamespace(sweep=nothing),
        day_watch=SimpleNamespace(sweep=nothing),
        pool_steps=SimpleNamespace(settle=nothing),
        ranking_steps=SimpleNamespace(sweep=nothing),
        day_reports=SimpleNamespace(sweep=nothing),
        methods=SimpleNamespace(sweep=nothing),
        updates=SimpleNamespace(forget_old=nothing),
        outbox=SimpleNamespace(queue_digests=nothing),
        pledge_steps=SimpleNamespace(sweep=nothing),
        wakes=Wakes(),
        leadership=leadership,
    )


async def test_a_lease_that_is_being_given_back_is_not_broken_off(work: UnitOfWork, until: Any) -> None:
    one: Any = Leadership(work, holder="one")
    one.ready.set()
    move, giving_back = one._move, asyncio.Event()

    async def slowly(was: Any, to: Any) -> bool:
        if to.holder is None:
            giving_back.set()
            await asyncio.sleep(0.5)
        moved: bool = await move(was, to)
        return moved

    one._move = slowly
    stopping = Stopping()
    async with loops(services_with(one), stopping):
        await until(lambda: one._term)
        stopping.event.set()
        await giving_back.wait()
    async with work.read() as unit:
        held = await unit.leases.find("leader")
    assert held is not None
    assert held.lease.holder is None


async def test_loops_that_end_in_an_error_give_the_lease_back_at_once(work: UnitOfWork, until: Any) -> None:
    one: Any = Leadership(work, holder="one")
    one.ready.set()
    async with asyncio.timeout(5), loops(services_with(one), Stopping()):
        await until(lambda: one._term)
    async with work.read() as unit:
        held = await unit.leases.find("leader")
    assert held is not None
    assert held.lease.holder is None
