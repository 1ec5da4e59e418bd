"""/org: an organisation's own account at a rail, opened, followed and shown."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from bot.notices import render
from giving.notices import NoticeKind
from giving.payments import EventKind, RailEvent
from giving.people import Role
from payments.provider import Account, Capabilities, RailDown, RailRefused
from services.links import Links
from services.payments import PaymentService
from services.rails import Rails
from services.rails.connections import ConnectionService
from services.settlement import Settler
from storage.work import UnitOfWork
from tests.handlers.chat import Chat, texts_of
from tests.rails import PaperRail, event
from tests.texts.words import TEXTS
from tests.world import World, cny, make_world

OWNER, DONOR = 1003, 1002


class CardRail(PaperRail):
    """Organisations have accounts with it."""

    name = "card"
    capabilities = Capabilities(limits={"CNY": (cny("4"), cny("500"))}, real_money=True, needs_account=True)

    def __init__(self) -> None:
        super().__init__()
        self.opened: dict[str, tuple[str, str]] = {}
        self.now = Account("acct_1", ready=False, asks=("external_account", "tos_acceptance.date"))
        self.refuses = False

    async def open_account(self, name: str, country: str, *, key: str, organisation: UUID | None = None) -> Account:
        if self.down:
            raise RailDown
        if self.refuses:
            raise RailRefused("country_unsupported")
        self.opened[key] = (name, country)
        return self.now

    async def find_account(self, organisation: UUID, country: str) -> Account | None:
        return None

    async def account(self, account: str) -> Account:
        assert account == self.now.their_id
        return self.now

    async def account_link(self, account: str, *, return_url: str, again_url: str) -> str:
        assert "start=org" in return_url
        return f"https://pay.example/connect/{account}"

    def event_of(self, body: str) -> RailEvent:
        """How far the account is now."""
        return RailEvent(
            "card", body, EventKind.ACCOUNT, super().event_of(body).occurred_at, account=self.now.their_id,
            ready=self.now.ready, asks=self.now.asks,
        )  # fmt: skip


@pytest.fixture
def card() -> CardRail:
    return CardRail()


@pytest.fixture
async def world(work: UnitOfWork, card: CardRail) -> World:
    found = await make_world(work)
    links = Links("http://127.0.0.1:8081", "yizan_bot")
    found.connections = ConnectionService(found.unit, Rails([found.rail, card]), found.people, links, now=found.time)
    return found


async def told(world: World, card: CardRail, number: int) -> None:
    """The rail's webhook says how far the account is."""
    settler = Settler(
        world.unit, {"card": card}, wakes=world.wakes, digest_every=timedelta(minutes=10), now=world.time
    )  # fmt: skip
    payments = PaymentService(world.unit, [card], settler)
    await payments.receive("card", event(EventKind.ACCOUNT, None, f"evt_{number}"), {"Signature": "paper"})
    await payments.settle_pending()


async def test_an_account_is_opened_once_and_followed_until_it_takes_payments(
    chat: Chat, world: World, card: CardRail
):  # fmt: skip
    (asked,) = await chat.says(OWNER, "/org connect sunshine us")
    assert "external_account" in asked.text
    assert asked.reply_markup.inline_keyboard[0][0].url == "https://pay.example/connect/acct_1"
    assert list(card.opened.values()) == [("Sunshine", "US")]
    await chat.says(OWNER, "/org connect sunshine us")
    assert len(card.opened) == 1, "the same account again, with a fresh page"

    card.now = Account("acct_1", ready=False, asks=("tos_acceptance.date",))
    await told(world, card, 1)
    (listed,) = texts_of(await chat.says(OWNER, "/org"))
    assert "tos_acceptance.date" in listed
    assert "external_account" not in listed, "that is done"

    card.now = Account("acct_1", ready=True)
    await told(world, card, 2)
    (listed,) = texts_of(await chat.says(OWNER, "/org"))
    assert "✓" in listed
    (ready,) = await chat.says(OWNER, "/org connect sunshine us")
    assert ready.reply_markup is None or not ready.reply_markup.inline_keyboard, "nothing is left to be filled in"
    async with world.unit.read() as work:
        acts = [act.record.action for act in await work.audit.list(limit=5)]
    assert acts == ["account.opened"]


async def heard(world: World, language: str = "en") -> list[tuple[int, str]]:
    """What those are sent whom an account concerns."""
    found = []
    for notice in await world.outbox.claim():
        assert notice.kind is NoticeKind.ACCOUNT
        rendered = await render([replace(notice, language=language)], world.outbox, TEXTS, Links("http://127.0.0.1"))
        assert rendered is not None
        found.append((notice.recipient, rendered.text.replace("\u2068", "").replace("\u2069", "")))
        await world.outbox.sent([notice], 1)
    return sorted(found)


async def test_members_and_who_opened_it_hear_of_each_change_once(chat: Chat, world: World, card: CardRail):
    async with world.unit() as work:
        await work.people.grant(world.bob.id, Role.ORGANISATION, by=None, now=world.time())
    await chat.says(OWNER, "/org connect sunshine us")
    await told(world, card, 1)
    assert await heard(world) == [], "it is as it was"

    card.now = Account("acct_1", ready=True)
    for number in (2, 3):
        await told(world, card, number)
    ready = await heard(world)
    assert [person for person, _ in ready] == [OWNER, 1004]
    assert all("Sunshine can take payments now" in words for _, words in ready)

    card.now = Account("acct_1", ready=False, asks=("tos_acceptance.date",))
    for number in (4, 5):
        await told(world, card, number)
    shut = await heard(world, "zh-CN")
    assert [person for person, _ in shut] == [OWNER, 1004]
    assert all("阳光阅读 暂时不能收款" in words and "tos_acceptance.date" in words for _, words in shut)


async def test_who_asks_sees_the_change_and_the_others_are_told(chat: Chat, world: World, card: CardRail):
    async with world.unit() as work:
        await work.people.grant(world.bob.id, Role.ORGANISATION, by=None, now=world.time())
    await chat.says(OWNER, "/org connect sunshine us")
    card.now = Account("acct_1", ready=True)
    await chat.says(OWNER, "/org connect sunshine us")
    await told(world, card, 1)
    assert [person for person, _ in await heard(world)] == [1004]


@pytest.mark.parametrize(("words", "says"), [
    ("/org connect nobody us", "sunshine"),
    ("/org connect sunshine us wechat", "card"),
    ("/org connect sunshine", "/org connect"),
    ("/org open sunshine us card", "/org connect"),
    ("/org", "/org connect"),
])  # fmt: skip
async def test_what_can_not_be_connected_is_said_with_what_can(chat: Chat, card: CardRail, words: str, says: str):
    (answer,) = texts_of(await chat.says(OWNER, words))
    assert says in answer
    assert not card.opened


async def test_a_rail_that_is_away_or_says_no_leaves_nothing_behind(chat: Chat, world: World, card: CardRail):
    card.down = True
    assert texts_of(await chat.says(OWNER, "/org connect sunshine us"))[0]
    card.down, card.refuses = False, True
    assert "country_unsupported" not in texts_of(await chat.says(OWNER, "/org connect sunshine us"))[0]
    async with world.unit.read() as work:
        assert await work.accounts.all() == []
    card.refuses = False
    (asked,) = await chat.says(OWNER, "/org connect sunshine us")
    assert "external_account" in asked.text


async def test_who_reviews_no_projects_connects_nothing(chat: Chat, card: CardRail):
    for words in ("/org", "/org connect sunshine us"):
        (answer,) = texts_of(await chat.says(DONOR, words))
        assert "acct_1" not in answer
        assert "/org connect" not in answer
    assert not card.opened
