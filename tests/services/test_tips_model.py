"""Taps at random, many at once, beside the pure rule that decides them: the same gifts and the same refusals."""

import asyncio
import random
from dataclasses import replace
from uuid import UUID

from giving.errors import GivingError
from giving.money import Money
from giving.projects import ProjectState
from giving.tips import Fresh, OfferRequest, Target, Tip, decide_offers
from storage.ids import new_id
from tests.world import World

BATCHES, MOST = 15, 12
MINORS = (1, 99, 100, 101, 500, 5_000_000, 5_000_001)


class Model:
    """What is kept, in dicts; every request decided by itself, in the order in which they came."""

    def __init__(self, world: World) -> None:
        self.world, self.rows, self.keys = world, dict[UUID, Tip](), dict[str, UUID]()
        post = Target(world.library.id, open=True, currency="CNY", chat=world.chat.chat.id, creator=world.creator.id)
        self.targets = {world.post.id: post}
        for project in (world.library, world.meals):
            self.targets[project.id] = Target(project.id, open=True, currency="CNY")

    def offer(self, request: OfferRequest) -> UUID | type[GivingError]:
        known = {key: self.rows[tip] for key, tip in self.keys.items()}
        unpaid = {tip.open_key: tip for tip in self.rows.values() if tip.open_key is not None}
        fresh = Fresh(new_id(), "YZ-MODEL", self.world.time(), new_id())
        target = self.targets.get(request.goal or new_id())
        (decided,) = decide_offers([(request, target, fresh)], known, unpaid, self.world.tips.limits)
        if decided.tip is None:
            return type(decided.refusal)  # type: ignore[return-value]
        self.keys[request.key] = decided.tip.id
        self.rows[decided.tip.id] = decided.tip
        return decided.tip.id


def some(dice: random.Random, world: World) -> OfferRequest:
    goals = [{"post": world.post.id}, {"project": world.library.id}, {"project": world.meals.id}, {"post": new_id()}]
    return OfferRequest(
        key=f"q{dice.randrange(60)}",
        donor=dice.choice([world.alice, world.bob, world.creator]).id,
        amount=Money(dice.choice(MINORS), dice.choice(["CNY"] * 9 + ["USD"])),
        **dice.choices(goals, weights=[6, 3, 3, 1])[0],  # type: ignore[arg-type]
    )


async def found(world: World, tip: UUID) -> Tip:
    async with world.unit.read() as work:
        its = await work.tips.by_id(tip)
    assert its is not None
    return its


async def test_taps_at_random_come_to_what_the_rule_says(world: World):
    dice, model = random.Random("taps"), Model(world)
    same: dict[UUID, UUID] = {}  # the model's tip: the service's
    refused: set[type[GivingError]] = set()
    for batch in range(BATCHES):
        if batch == BATCHES // 2:
            async with world.unit() as work:
                await work.projects.put(replace(world.meals, state=ProjectState.CLOSED), world.time())
            model.targets[world.meals.id] = Target(world.meals.id, open=False, currency="CNY")
        asked = [some(dice, world) for _ in range(dice.randint(1, MOST))]
        answers = await asyncio.gather(*(world.tips.offer(one) for one in asked), return_exceptions=True)
        for request, answer in zip(asked, answers, strict=True):
            expected = model.offer(request)
            if isinstance(answer, Tip):
                assert isinstance(expected, UUID), request
                assert same.setdefault(expected, answer.id) == answer.id
                kept = model.rows[expected]
                assert (answer.donor, answer.project, answer.amount) == (kept.donor, kept.project, kept.amount)
            else:
                assert type(answer) is expected, request
                refused.add(type(answer))
        for tip in dice.sample(sorted(same), min(2, len(same))):
            if model.rows[tip].open_key is not None:
                donor = next(one for one in (world.alice, world.bob, world.creator) if one.id == model.rows[tip].donor)
                paid = await world.pay(await found(world, same[tip]), donor, charge=f"c{tip.hex}")
                model.rows[tip] = model.rows[tip].paid(charge="c", entry_key=paid.entry_key or "", at=world.time())
    assert len(set(same.values())) == len(same) > 15
    assert len(refused) >= 5
