"""What stands below the reminders of monthly giving: each act by one tap of a real button, and it is done."""

from dataclasses import replace
from typing import Any

import pytest
from aiogram.types import InlineKeyboardMarkup

from bot import callbacks as cb
from bot import notices
from bot.pledge_notices import is_of_several
from giving.notices import NoticeKind
from giving.payments import SavedMethod
from giving.people import Person
from giving.pledges import Instalment, InstalmentState, Pledge, PledgeState, Way
from payments.provider import Declined, PaymentIntent, PaymentLink
from services.links import Links
from storage.work import UnitOfWork
from tests.handlers.chat import Chat, answers, buttons, texts_of, urls
from tests.rails import PaperRail
from tests.texts.words import TEXTS
from tests.world import World, cny, make_world

CREATOR, ALICE = 1001, 1002
LINKS = Links("http://127.0.0.1:8081", "yizan_bot")
REMINDERS = (
    NoticeKind.PLEDGE_ANNOUNCED,
    NoticeKind.PLEDGE_ASKED,
    NoticeKind.PLEDGE_REMINDED,
    NoticeKind.PLEDGE_DECLINED,
)


class DecliningRail(PaperRail):
    """Keeps cards, whose bank says no."""

    capabilities = replace(PaperRail.capabilities, saves=True)

    async def save_method(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        return PaymentLink("seti_1", "https://pay.example/save")

    async def charge_saved(self, intent: PaymentIntent, method: SavedMethod, *, key: str) -> PaymentLink:
        raise Declined("card_declined")

    async def forget_method(self, method: SavedMethod) -> None:
        """Nothing is kept."""


@pytest.fixture
async def world(work: UnitOfWork, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("tests.world.PaperRail", DecliningRail)
    return await make_world(work)


async def save(world: World, person: Person) -> None:
    async with world.unit() as work:
        for organisation in {world.library.organisation.id, world.meals.organisation.id}:
            method = await work.methods.ask(person.id, organisation, "paper", now=world.time())
            assert await work.methods.saved(method, SavedMethod("cus_1", "pm_1", "Visa …4242"), now=world.time())


async def theirs(world: World, person: Person) -> list[Pledge]:
    async with world.unit.read() as work:
        return await work.pledges.of_donor(person.id)


async def newest(world: World, pledge: Pledge) -> Instalment:
    async with world.unit.read() as work:
        return (await work.instalments.of_pledges([pledge.id], 1))[pledge.id][0]


async def reminder(
    chat: Chat, world: World, kind: NoticeKind, *, several: bool = False, person: int = ALICE
) -> tuple[str, InlineKeyboardMarkup]:  # fmt: skip
    """Promised on November 22nd; what is told of December (of the first gift, where it is asked for by a link)."""
    donor = world.alice if person == ALICE else world.creator
    by_card = kind in (NoticeKind.PLEDGE_ANNOUNCED, NoticeKind.PLEDGE_DECLINED)
    if by_card:
        await save(world, donor)
    for project in (world.library, world.meals)[: 2 if several else 1]:
        by = "saved" if by_card else "paper"
        await chat.taps(person, cb.PledgeMake(what=project.id, minor=5000, day=25, by=by, every=1).pack())
    for _ in range(80):
        await world.pledge_steps.sweep()
        world.time.passes(minutes=5)
        for bundle in notices.together(await world.outbox.claim()):
            shown = await notices.render(bundle, world.outbox, TEXTS, LINKS)
            if bundle[0].kind is kind:
                assert shown is not None
                assert shown.keyboard is not None
                return shown.text, shown.keyboard
            await world.outbox.sent(bundle, 1)
        world.time.passes(hours=12)
    raise AssertionError(f"no {kind}")


def labels(keyboard: InlineKeyboardMarkup) -> dict[str, str]:
    return {button.text: button.callback_data or "" for row in keyboard.inline_keyboard for button in row}


async def tap(chat: Chat, keyboard: InlineKeyboardMarkup, words: str, *then: str, person: int = ALICE) -> str:
    """The reminder's own button that begins so, and then those of what it answers; the words at the end."""
    done: list[Any] = await chat.taps(person, _named(labels(keyboard), words), under=keyboard)
    for label in then:
        shown = {text: data or "" for method in done for text, data in buttons(method)}
        done = await chat.taps(person, _named(shown, label))
    assert len(answers(done)) == 1
    return texts_of(done)[0]


def _named(shown: dict[str, str], words: str) -> str:
    found = [data for text, data in shown.items() if text.removeprefix("✓ ").startswith(words)]
    assert found, (words, list(shown))
    return found[0]


@pytest.mark.parametrize("kind", REMINDERS)
async def test_skip_pause_and_end_are_one_tap_from_any_reminder(chat: Chat, world: World, kind: NoticeKind) -> None:
    _, keyboard = await reminder(chat, world, kind)
    (pledge,) = await theirs(world, world.alice)
    month = "November" if (await newest(world, pledge)).month.number == 11 else "December"
    assert "Skipped" in await tap(chat, keyboard, f"Skip {month} 2026")
    assert (await newest(world, pledge)).state is InstalmentState.SKIPPED
    assert "Paused" in await tap(chat, keyboard, "Pause for 3 months")
    assert (await theirs(world, world.alice))[0].state is PledgeState.PAUSED
    assert "Ended" in await tap(chat, keyboard, "End it")
    assert (await theirs(world, world.alice))[0].state is PledgeState.CANCELLED


@pytest.mark.parametrize("kind", REMINDERS)
async def test_each_change_is_one_tap_away_from_any_reminder(chat: Chat, world: World, kind: NoticeKind) -> None:
    """The tap asks what to; what is chosen is so at once, also of the month the reminder is about."""
    _, keyboard = await reminder(chat, world, kind)
    assert "Amount changed" in await tap(chat, keyboard, "Amount", "¥30")
    (pledge,) = await theirs(world, world.alice)
    assert pledge.amount == (await newest(world, pledge)).amount == cny("30")
    assert "Day changed" in await tap(chat, keyboard, "Day", "28")
    assert "It goes on here" in await tap(chat, keyboard, "Project", "meals")
    assert "how it's paid from now on" in await tap(chat, keyboard, "How it's paid", "By a link")
    (pledge,) = await theirs(world, world.alice)
    assert (pledge.day, pledge.project, pledge.way) == (28, world.meals.id, Way.LINK)
    assert (await newest(world, pledge)).project == world.meals.id


@pytest.mark.parametrize("kind", REMINDERS[1:])
async def test_what_is_to_be_paid_is_one_tap_away(chat: Chat, world: World, kind: NoticeKind) -> None:
    _, keyboard = await reminder(chat, world, kind)
    await chat.taps(ALICE, _named(labels(keyboard), "Pay ¥50"), under=keyboard)
    assert [url for url in urls(chat.calls.made[-2]) if url.startswith("https://pay")]


@pytest.mark.parametrize("months", range(1, 13))
async def test_any_pause_of_one_to_twelve_months_can_be_chosen(chat: Chat, world: World, months: int) -> None:
    _, keyboard = await reminder(chat, world, NoticeKind.PLEDGE_ANNOUNCED)
    await tap(chat, keyboard, "Pause: how long?", "1 month" if months == 1 else f"{months} months")
    (pledge,) = await theirs(world, world.alice)
    first = (await newest(world, pledge)).month
    assert pledge.paused_until == first.plus(months)


@pytest.mark.parametrize("kind", REMINDERS)
async def test_of_several_each_has_its_acts_and_the_message_stays_for_the_others(
    chat: Chat, world: World, kind: NoticeKind
) -> None:
    text, keyboard = await reminder(chat, world, kind, several=True)
    assert is_of_several(keyboard)
    assert "library" in text
    assert "meals" in text
    rows = keyboard.inline_keyboard
    acts = [["Skip", "Pause for 3 months"], ["Change", "End it"]]
    assert [[button.text for button in row] for row in (*rows[1:3], *rows[4:6])] == acts * 2
    assert [row[0].text.rpartition(" · ")[2] for row in rows[0:6:3]] == ["library project", "meals project"]
    ours = {one.project: one for one in await theirs(world, world.alice)}
    for row, project, act, state in (
        (1, world.library, 0, InstalmentState.SKIPPED), (5, world.meals, 1, InstalmentState.SKIPPED),
    ):  # fmt: skip
        done = await chat.taps(ALICE, rows[row][act].callback_data or "", under=keyboard)
        assert [type(method).__name__ for method in done] == ["SendMessage", "AnswerCallbackQuery"], "it stays"
        assert (await newest(world, ours[project.id])).state is state
    assert {one.state for one in await theirs(world, world.alice)} == {PledgeState.ACTIVE, PledgeState.CANCELLED}


@pytest.mark.parametrize("several", [True, False])
async def test_a_pause_says_for_how_long_and_can_be_taken_back(chat: Chat, world: World, several: bool) -> None:
    """One tap, perhaps a slip: the month that was announced is given up with it, and comes back with it."""
    _, keyboard = await reminder(chat, world, NoticeKind.PLEDGE_ANNOUNCED, several=several)
    ours = {one.project: one for one in await theirs(world, world.alice)}
    before = await newest(world, ours[world.library.id])
    first = next(one for row in keyboard.inline_keyboard for one in row if one.text == "Pause for 3 months")
    done = await chat.taps(ALICE, first.callback_data or "", under=keyboard)
    assert "Paused" in texts_of(done)[0]
    assert (await newest(world, ours[world.library.id])).state is InstalmentState.SKIPPED
    shown = {text: data or "" for method in done for text, data in buttons(method)}
    for _ in range(2):
        back = await chat.taps(ALICE, _named(shown, "Undo"))
        assert "As before" in texts_of(back)[0]
        assert await newest(world, ours[world.library.id]) == before
        (now,) = [one for one in await theirs(world, world.alice) if one.id == ours[world.library.id].id]
        assert (now.state, now.next_month(before.month)) == (PledgeState.ACTIVE, before.month.plus(1))


async def test_of_several_each_is_paid_without_losing_the_others(chat: Chat, world: World) -> None:
    _, keyboard = await reminder(chat, world, NoticeKind.PLEDGE_ASKED, several=True)
    for project in ("library", "meals"):
        done = await chat.taps(ALICE, _named(labels(keyboard), f"Pay ¥50 · {project}"), under=keyboard)
        assert type(done[0]).__name__ == "SendMessage"
        assert [url for url in urls(done[0]) if url.startswith("https://pay")]


async def test_a_notice_sent_in_december_for_january_names_january(chat: Chat, world: World) -> None:
    await save(world, world.creator)
    world.time.passes(days=16)
    await chat.taps(CREATOR, cb.PledgeMake(what=world.library.id, minor=5000, day=1, by="saved", every=1).pack())
    world.time.passes(days=17)
    await world.pledge_steps.sweep()
    world.time.passes(minutes=5)
    assert world.time().month == 12
    (notice,) = [one for one in await world.outbox.claim() if one.kind is NoticeKind.PLEDGE_ANNOUNCED]
    shown = await notices.render([notice], world.outbox, TEXTS, LINKS)
    assert shown is not None
    assert shown.keyboard is not None
    assert list(labels(shown.keyboard)) == [
        "跳过2027年1月", "结束", "暂停 3 个月", "暂停多久？", "换金额", "换日子", "换项目", "怎么付",
    ]  # fmt: skip
    assert "好，跳过了" in await tap(chat, shown.keyboard, "跳过2027年1月", person=CREATOR)


async def test_a_reminder_speaks_of_its_own_month(chat: Chat, world: World) -> None:
    text, _ = await reminder(chat, world, NoticeKind.PLEDGE_REMINDED)
    plain = text.replace("\u2068", "").replace("\u2069", "")
    assert plain == (
        "Still open: <b>¥50 for library project</b> (November 2026)\n"
        "You can pay it until Dec 2. I won’t remind you of this one again."
    )


async def test_a_reminder_speaks_of_its_own_month_in_chinese(chat: Chat, world: World) -> None:
    text, _ = await reminder(chat, world, NoticeKind.PLEDGE_DECLINED, person=CREATOR)
    assert "这个月" not in text
    assert "2026年12月给" in text.replace("\u2068", "").replace("\u2069", "")
