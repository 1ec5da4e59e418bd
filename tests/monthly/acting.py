"""What donors do, by the services that the chat's buttons call."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from giving.errors import GivingError
from giving.money import Money
from giving.payments import SavedMethod
from giving.people import Person, Visitor
from giving.pledges import InstalmentState, Why
from services.pledges import PledgeAsk
from tests.monthly.script import Act, Donor, Goal
from tests.monthly.town import Town

FIRST_CHAT = 10_000


@dataclass
class Player:
    """A donor as they are now."""

    donor: Donor
    zone: str | None
    person: Person | None = None
    chat: int = 0
    pledges: dict[int, UUID] = field(default_factory=dict)
    cards: set[str] = field(default_factory=set)
    left: bool = False
    goals: dict[int, Goal] = field(default_factory=dict)


@dataclass
class Seen:
    """What was seen at work, by rule."""

    acts: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[int, datetime, str, str]] = field(default_factory=list)


class Acting:
    """Everybody who plays a part."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.players = [Player(donor, donor.zone) for donor in town.script.donors]
        self.seen = Seen()
        self.whose: dict[UUID, tuple[Player, int]] = {}  # pledges
        self.by_chat: dict[int, Player] = {}
        self.rests: dict[UUID, datetime] = {}  # pauses that nobody ended
        self.dues: dict[UUID, datetime] = {}  # of what was announced when its donor moved to another clock

    async def _act(self, player: Player, act: Act) -> None:
        pledge = player.pledges.get(act.pledge)
        phase = await self._phase(pledge)
        try:
            done = await getattr(self, f"do_{act.what}")(player, act)
        except (GivingError, KeyError) as refusal:
            done = False
            self.seen.refused.append((player.donor.number, act.at, act.what, type(refusal).__name__))
            self.seen.acts[f"refused {type(refusal).__name__}"] += 1
        if done is not False:
            self.seen.acts[act.what] += 1
            for state in phase:
                self.seen.acts[f"{act.what} {state}"] += 1

    async def _phase(self, pledge: UUID | None) -> set[str]:
        """What of a pledge is under way."""
        if pledge is None:
            return set()
        async with self.town.unit.read() as work:
            its = (await work.pledges.by_ids([pledge]))[pledge]
            return {str(one.state) for one in (await work.instalments.open_of([pledge])).get(pledge, [])} | {its.state}

    def _mine(self, player: Player, act: Act) -> tuple[UUID, Person]:
        if player.person is None:
            raise KeyError(act.pledge)
        return player.pledges[act.pledge], player.person

    def _what(self, goal: Goal) -> UUID | None:
        if goal.kind == "project":
            return self.town.projects[goal.names[0]].id
        return self.town.organisations[goal.names[0]].id if goal.kind == "organisation" else None

    def _called(self, player: Player, goal: Goal) -> UUID | None:
        """The same; some promise below a creator's post, which is for the library."""
        calls = goal.names == ("library",) and player.donor.number % 2
        return self.town.world.post.id if calls else self._what(goal)

    async def do_pledge(self, player: Player, act: Act) -> None:
        goal, amount, day, by, every = act.value
        if player.person is None:
            player.chat = FIRST_CHAT + player.donor.number
            player.person = await self.town.meet(
                player.donor.number, chat=player.chat, language=player.donor.language, zone=player.zone,
                reads_news=player.donor.reads_news,
            )  # fmt: skip
            self.by_chat[player.chat] = player
        for organisation in sorted(player.cards):
            await self._save(player, organisation)
        player.cards.clear()
        ticked = tuple(self.town.projects[name].id for name in goal.names) if goal.kind == "choices" else ()
        ask = PledgeAsk(self._called(player, goal), Money(amount, "CNY"), day, by, every, ticked)
        card = await self.town.pledges.make(ask, player.person, f"make-{player.donor.number}-{act.pledge}")
        self._made(player, goal, by, every)
        player.pledges[act.pledge] = card.pledge.id
        player.goals[act.pledge] = goal
        self.whose[card.pledge.id] = player, act.pledge

    def _made(self, player: Player, goal: Goal, by: str, every: int) -> None:
        acts = self.seen.acts
        acts[f"made {by}"] += 1
        acts[f"made {goal.kind}"] += 1
        acts["made quarterly"] += every > 1
        acts["made beside"] += bool(player.pledges)
        acts["came back"] += player.left
        player.left = False

    async def do_skip(self, player: Player, act: Act) -> None:
        await self.town.changes.skip(*self._mine(player, act))

    async def do_pause(self, player: Player, act: Act) -> None:
        pledge, person = self._mine(player, act)
        await self.town.changes.pause(pledge, person, act.value)
        self.rests[pledge] = self.town.now

    async def do_resume(self, player: Player, act: Act) -> None:
        pledge, person = self._mine(player, act)
        await self.town.changes.resume(pledge, person)
        self.rests.pop(pledge, None)

    async def do_amount(self, player: Player, act: Act) -> None:
        await self.town.changes.change_amount(*self._mine(player, act), Money(act.value, "CNY"))

    async def do_day(self, player: Player, act: Act) -> None:
        await self.town.changes.change_day(*self._mine(player, act), act.value)

    async def do_move(self, player: Player, act: Act) -> None:
        what = self._what(act.value)
        assert what is not None
        await self.town.changes.move(*self._mine(player, act), what)
        player.goals[act.pledge] = act.value

    async def do_by_card(self, player: Player, act: Act) -> None:
        await self.town.changes.change_way(*self._mine(player, act), "saved")

    async def do_by_link(self, player: Player, act: Act) -> None:
        await self.town.changes.change_way(*self._mine(player, act), "card")

    async def do_cancel(self, player: Player, act: Act) -> None:
        pledge, person = self._mine(player, act)
        await self.town.changes.cancel(pledge, person)
        if player.donor.number % 2:  # most say why, with one more tap
            why = [*Why][player.donor.number % len(Why)]
            await self.town.changes.cancel(pledge, person, why)
            self.seen.acts["said why"] += 1
        self.rests.pop(pledge, None)

    async def do_leave(self, player: Player, act: Act) -> bool:
        if player.person is None:
            return False
        await self.town.privacy.leave(player.person)
        for card in self.town.bank.of(player.donor.number):
            self.town.bank.drop(card.donor, card.organisation)
        self.town.session.blocked.discard(player.chat)
        player.person, player.zone, player.left = None, None, True
        return True

    async def do_twice(self, player: Player, act: Act) -> bool:
        """A second one for the same."""
        pledge, person = self._mine(player, act)
        what = self._what(player.goals[act.pledge])
        async with self.town.unit.read() as work:
            its = (await work.pledges.by_ids([pledge]))[pledge]
        if what is None or not its.open or its.amount.minor < 400:
            return False
        ask = PledgeAsk(what, its.amount, 5, "card")
        await self.town.pledges.make(ask, person, f"twice-{pledge}")
        raise AssertionError("a second pledge for the same")

    # -- their cards --

    def _organisations(self, player: Player, act: Act) -> list[str]:
        if act.value is not None:
            return [act.value]
        return sorted(player.goals[act.pledge].organisations) if act.pledge in player.goals else []

    async def do_card(self, player: Player, act: Act) -> None:
        if player.person is None:  # with their first pledge, in a moment
            player.cards |= set(self._organisations(player, act)) if act.value is not None else set()
            return
        for organisation in self._organisations(player, act):
            if act.value is not None or await self._is_open(player, act):
                await self._save(player, organisation)

    async def _is_open(self, player: Player, act: Act) -> bool:
        if act.pledge not in player.pledges:
            return False
        async with self.town.unit.read() as work:
            return (await work.pledges.by_ids([player.pledges[act.pledge]]))[player.pledges[act.pledge]].open

    async def _save(self, player: Player, organisation: str) -> None:
        assert player.person is not None
        name, now = self.town.bank.issue(player.donor.number, organisation), self.town.now
        async with self.town.unit() as work:
            asked = await work.methods.ask(
                player.person.id, self.town.organisations[organisation].id, "card", now=now
            )  # fmt: skip
            await work.methods.saved(asked, SavedMethod(f"cus_{name}", name, "Visa …4242"), now=now)

    async def do_drop(self, player: Player, act: Act) -> bool:
        if player.person is None or not await self._is_open(player, act):
            return False
        theirs = {self.town.organisations[one].id: one for one in self._organisations(player, act)}
        async with self.town.unit() as work:
            for kept in await work.methods.of(player.person.id):
                if kept.organisation in theirs:
                    await work.methods.forget(kept.id, now=self.town.now)
                    self.town.bank.drop(player.donor.number, theirs[kept.organisation])
        return True

    def _make_cards(self, player: Player, does: str) -> None:
        for card in self.town.bank.of(player.donor.number):
            card.does = does

    async def do_declines(self, player: Player, act: Act) -> None:
        self._make_cards(player, "declines")

    async def do_authenticates(self, player: Player, act: Act) -> None:
        self._make_cards(player, "authenticates")

    async def do_works(self, player: Player, act: Act) -> None:
        self._make_cards(player, "works")

    # -- themselves --

    async def do_zone(self, player: Player, act: Act) -> bool:
        player.zone = act.value
        if player.person is None:
            return False
        async with self.town.unit.read() as work:
            for one in await work.instalments.of_donor(player.person.id, [InstalmentState.ANNOUNCED]):
                self.dues[one.id] = one.due_at
        await self.town.subscriptions.choose_timezone(player.person, act.value)
        return True

    async def do_block(self, player: Player, act: Act) -> bool:
        if player.person is None:
            return False
        self.town.session.blocked.add(player.chat)
        await self.town.world.people.blocked(player.chat)
        return True

    async def do_unblock(self, player: Player, act: Act) -> bool:
        if player.person is None or player.chat not in self.town.session.blocked:
            return False
        self.town.session.blocked.discard(player.chat)
        async with self.town.unit.read() as work:
            known = (await work.people.by_ids([player.person.id]))[player.person.id]
        visitor = Visitor(player.chat, f"Donor {player.donor.number}", None, player.donor.language)
        player.person = await self.town.world.people.meet_again(known, visitor, started=True)
        return True
