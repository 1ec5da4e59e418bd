"""Offers: a tap becomes a tip, or a refusal that says where to go instead."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import structlog

from giving.errors import (
    GivingElsewhere,
    GivingError,
    NoRail,
    PostUnknown,
    ProjectClosed,
    ProjectUnknown,
    TippingOff,
)
from giving.payments import Payment, PaymentState
from giving.receipts import RANDOM_BITS, receipt_code
from giving.tips import Fresh, Limits, OfferRequest, Target, Tip, decide_offers, open_key
from services.briefly import Briefly
from services.clock import Clock
from services.giving_days.calls import DaysOn
from services.links import Links
from services.metrics import TIPS_OFFERED
from services.projects import alternatives
from services.rails import Accounts, Rails
from services.slots import goal_project
from storage.group_commit import GroupCommit
from storage.ids import new_id
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
Offered = tuple[Tip, bool]  # the tip, and whether it is new


class Offers:
    """Records tips, whoever asks at the same time in one commit."""

    def __init__(
        self, unit: UnitOfWork, rails: Rails, links: Links, limits: Limits, now: Clock, days: DaysOn
    ) -> None:  # fmt: skip
        """Without a rail, every offer leads to the project's own designated page. `days`: what taps count for."""
        self._unit, self._rails, self._links, self._limits, self._now = unit, rails, links, limits, now
        self._days = days
        self._offer = GroupCommit(unit, self._offer_many, name="offer", done=_log_offered)
        self._closed: Briefly[UUID | None, dict[str, object]] = Briefly()

    async def __call__(self, request: OfferRequest) -> Tip:
        """Record a tip, or find the one that this request, or the same unpaid wish, made before.

        Raises: PostUnknown, ProjectUnknown, TippingOff (with the project), ProjectClosed (with alternatives),
        TipTooSmall, TipTooLarge, WrongCurrency, GivingElsewhere (no rail that carries it).
        """
        if not self._rails:
            raise await self._elsewhere(request)
        await self._days.renew()
        try:
            return (await self._offer(request))[0]
        except NoRail:
            raise await self._elsewhere(request) from None
        except ProjectClosed:
            about = await self._closed.get(request.goal, lambda: self._about_closed(request))
            raise ProjectClosed(**about) from None
        except TippingOff as off:
            about = await self._closed.get(request.goal, lambda: self._about_closed(request))
            project = {"project": about["project"]} if about["project"] else {}
            raise type(off)(**off.args_for_message, **project) from None

    async def _offer_many(self, work: Work, requests: Sequence[OfferRequest]) -> list[Offered | Exception]:
        targets = await self._targets(work, requests)
        known = await work.tips.by_keys([r.key for r in requests])
        unpaid = await work.tips.by_open_keys({open_key(r.donor, r.goal, r.amount) for r in requests})
        now = self._now()
        decided = decide_offers(
            [(r, target := targets.get(r.goal), self._fresh(now, target)) for r in requests], known, unpaid,
            self._limits,
        )  # fmt: skip
        accounts = await self._rails.accounts(work)
        moved = [d.tip for d in decided if d.tip is not None and d.moved]
        new = [(d.tip, r) for d, r in zip(decided, requests, strict=True) if d.tip is not None and d.is_new]
        paid_by = {tip.id: self._payment(tip, r, targets.get(r.goal), accounts) for tip, r in new}
        await work.payments.add_many([payment for payment in paid_by.values() if payment is not None])
        await work.tips.add_many([tip for tip, _ in new if paid_by[tip.id] is not None])
        await work.tips.moved_many(moved)
        given = [d.tip if d.tip is None or paid_by.get(d.tip.id, True) else None for d in decided]
        await work.tips.add_keys({r.key: tip.id for r, tip in zip(requests, given, strict=True) if tip is not None})
        return [
            (tip, d.is_new) if tip is not None else d.refusal or NoRail() for tip, d in zip(given, decided, strict=True)
        ]

    def _fresh(self, now: datetime, target: Target | None) -> Fresh:
        """Each new tip is paid by a payment of its own, recorded with it, so that its event always finds it."""
        day = self._days.of(now, target.project) if target is not None else None
        return Fresh(new_id(), receipt_code(secrets.randbits(RANDOM_BITS)), now, new_id(), day)

    def _payment(
        self, tip: Tip, request: OfferRequest, target: Target | None, accounts: Accounts
    ) -> Payment | None:  # fmt: skip
        """By the rail that suits best; None where none can carry it."""
        organisation = target.organisation if target is not None else None
        ways = self._rails.ways(tip.amount, organisation, accounts, last=request.rail)
        if tip.payment is None or not ways:
            return None
        rail, asked = ways[0].rail, ways[0].price or tip.amount
        account = accounts.get((organisation, rail)) if organisation is not None else None
        return Payment(
            tip.payment, tip.donor, rail, asked, PaymentState.CREATED, tip.offered_at,
            account=account.their_id if account is not None else None,
        )  # fmt: skip

    async def _about_closed(self, request: OfferRequest) -> dict[str, object]:
        """The project's name and others to choose from: read after the commit, by who was refused."""

        async def step(work: Work) -> dict[str, object]:
            closed = await goal_project(work, request)
            project = (await work.projects.by_ids([closed])).get(closed) if closed else None
            together = self._days.with_(self._now(), closed) if closed else ()
            return {"project": project, "alternatives": await alternatives(work, closed, first=together)}

        return await self._unit.look(step)

    async def _targets(self, work: Work, requests: Sequence[OfferRequest]) -> Mapping[UUID | None, Target]:
        posts = await work.targets.of_posts({r.post for r in requests if r.post})
        slots = await work.targets.of_slots({r.slot for r in requests if r.slot and not r.post})
        direct = await work.targets.of_projects({r.project for r in requests if r.project and r.goal == r.project})
        return dict([*posts.items(), *slots.items(), *direct.items()])

    async def _elsewhere(self, request: OfferRequest) -> GivingError:
        async with self._unit.read() as work:
            project_id = await goal_project(work, request)
            project = (await work.projects.by_ids([project_id])).get(project_id) if project_id else None
        if project is None:
            return PostUnknown() if request.post else ProjectUnknown()
        url = project.designated_url or self._links.project(project.slug)
        return GivingElsewhere(project=project, url=url)


def _log_offered(results: Sequence[Offered | Exception]) -> None:
    """One line a commit: on a giving day a line a tip would cost more than the tip."""
    new = [result[0] for result in results if isinstance(result, tuple) and result[1]]
    if new:
        TIPS_OFFERED.inc(len(new))
        log.info("tips_offered", count=len(new), tips=[str(tip.id) for tip in new])
