"""Monthly giving in private: three taps from a card to a promise, and what its buttons do, fresh and old."""

from dataclasses import replace
from typing import Any

import pytest

from bot import callbacks as cb
from bot import notices
from giving.ids import token_of
from giving.notices import NoticeKind
from giving.payments import EventKind, SavedMethod
from giving.people import Person, Visibility
from giving.pledges import LAST, Pledge, PledgeState, Way, Why
from giving.projects import ProjectState
from giving.tips import OfferRequest
from payments.provider import PaymentIntent, PaymentLink
from services.links import Links
from storage.work import UnitOfWork
from tests.handlers.chat import Chat, answers, buttons, texts_of, urls
from tests.rails import PaperRail, event
from tests.texts.words import TEXTS
from tests.world import World, cny, make_world, project

CREATOR, ALICE, BOB = 1001, 1002, 1004
LINKS = Links("http://127.0.0.1:8081", "yizan_bot")


class SavingRail(PaperRail):
    """Carries ¥4 at the least, and keeps cards."""

    capabilities = replace(PaperRail.capabilities, limits={"CNY": (cny("4"), cny("50000"))}, saves=True)

    async def save_method(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        assert intent.return_url.endswith("start=monthly")
        return PaymentLink("seti_1", "https://pay.example/save")

    async def charge_saved(self, intent: PaymentIntent, method: SavedMethod, *, key: str) -> PaymentLink:
        raise AssertionError("nothing is charged while it is promised")

    async def forget_method(self, method: SavedMethod) -> None:
        """Nothing is kept."""


@pytest.fixture
async def world(work: UnitOfWork, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("tests.world.PaperRail", SavingRail)
    return await make_world(work)


async def save(world: World, person: Person | None = None) -> None:
    async with world.unit() as work:
        whose = (person or world.alice).id
        method = await work.methods.ask(whose, world.library.organisation.id, "paper", now=world.time())
        assert await work.methods.saved(method, SavedMethod("cus_1", "pm_1", "Visa …4242"), now=world.time())


async def theirs(world: World, person: Person | None = None) -> list[Pledge]:
    async with world.unit.read() as work:
        return await work.pledges.of_donor((person or world.alice).id)


def named(done: list[Any], words: str) -> str:
    """The data of the button whose words begin so."""
    found = [data for method in done for label, data in buttons(method) if label.startswith(words)]
    assert found, (words, [buttons(method) for method in done])
    return str(found[0])


async def walk(chat: Chat, done: list[Any], *labels: str, person: int = ALICE) -> str:
    """One button after the other of what was answered last; the words at the end."""
    for label in labels:
        done = await chat.taps(person, named(done, label))
    return texts_of(done)[0]


async def promised(chat: Chat, world: World, amount: str = "¥50") -> Pledge:
    await walk(chat, await chat.taps(ALICE, cb.PledgeNew(what=world.library.id).pack()), amount, "Yes")
    return (await theirs(world))[0]


# -- three taps --


async def test_from_a_projects_card_it_is_three_taps(chat: Chat, world: World) -> None:
    await save(world)
    done = await chat.taps(ALICE, cb.GiveCard(project=world.library.id).pack())
    done = await chat.taps(ALICE, named(done, "Give every month"))
    assert "How much would you like to give every month?" in texts_of(done)[0]
    done = await chat.taps(ALICE, named(done, "¥50"))
    shown = texts_of(done)[0]
    for words in (
        "¥50 every month</b> for <b>library project", "On the 22nd of the month", "Charged to Visa …4242",
        "First charge: Dec 22, 2026. I'll remind you on Dec 15, 2026.", "not your name", "with one tap",
    ):  # fmt: skip
        assert words in shown
    assert not await theirs(world), "nothing is promised before the third tap"
    done = await chat.taps(ALICE, named(done, "Yes, ¥50 every month"))
    assert "Thank you" in texts_of(done)[0]
    assert "Next: Dec 22, 2026, charged to Visa …4242. I'll remind you on Dec 15, 2026." in texts_of(done)[0]
    (pledge,) = await theirs(world)
    assert (pledge.amount, pledge.way, pledge.day, pledge.project) == (cny("50"), Way.SAVED, 22, world.library.id)


async def test_a_receipt_stays_and_asks_in_a_message_of_its_own(chat: Chat, world: World) -> None:
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    claimed = await world.outbox.claim(50)
    (together, *_) = [some for some in notices.together(claimed) if some[0].kind is NoticeKind.RECEIPT]
    receipt = await notices.render(together, world.outbox, TEXTS, LINKS)
    assert receipt is not None
    assert receipt.keyboard is not None
    labels = {button.text: button for row in receipt.keyboard.inline_keyboard for button in row}
    assert not await theirs(world), "a gift is no promise"
    done = await chat.taps(ALICE, labels["Give every month"].callback_data or "")
    assert [type(method).__name__ for method in done] == ["SendMessage", "AnswerCallbackQuery"]
    await walk(chat, done, "¥30", "Yes")
    (pledge,) = await theirs(world)
    assert pledge.creator == world.creator.id, "the gift was given on the creator's post"


async def test_by_link_the_page_comes_by_itself_and_can_be_opened_at_once(chat: Chat, world: World) -> None:
    done = await chat.says(ALICE, f"/start m_{token_of(world.library.id)}")
    text = await walk(chat, done, "¥50")
    assert "First gift: today" in text
    assert "nothing is ever charged on its own" in text
    text = await walk(chat, [chat.calls.made[-2]], "Yes")
    assert "¥50</b> is waiting for you" in text
    done = [chat.calls.made[-2]]
    done = await chat.taps(ALICE, named(done, "Pay ¥50 now"))
    (page, *_) = [url for url in urls(done[0]) if url.startswith("https://pay")]
    (pledge,) = await theirs(world)
    async with world.unit.read() as work:
        ((one,),) = (await work.instalments.open_of([pledge.id])).values()
    assert one.payment is not None
    assert one.payment.hex in page
    body = event(EventKind.PAID, one.payment, "evt_1", minor=5000, their_id="ch_1", charge="ch_1", fee=0)
    await world.payments.receive("paper", body, {"Signature": "paper"})
    await world.payments.settle_pending()
    await world.pledge_steps.sweep()
    done = await chat.says(ALICE, "/monthly")
    assert "One gift so far" in texts_of(done)[0]
    assert "Next: Dec 22, 2026. I'll send you a link that day." in texts_of(done)[0]


async def test_another_amount_is_typed_and_shown_before_it_is_promised(chat: Chat, world: World) -> None:
    done = await chat.taps(ALICE, cb.PledgeNew(what=world.library.id).pack())
    await walk(chat, done, "Other")
    assert "can't read that amount" in texts_of(await chat.says(ALICE, "lots"))[0]
    done = await chat.says(ALICE, "88")
    assert "¥88 every month" in texts_of(done)[0]
    assert not await theirs(world)
    await walk(chat, done, "Yes, ¥88")
    assert (await theirs(world))[0].amount == cny("88")
    assert "didn't catch that" in texts_of(await chat.says(ALICE, "77"))[0], "the question is over"


async def test_an_amount_may_be_typed_where_how_much_is_asked(chat: Chat, world: World) -> None:
    await chat.taps(ALICE, cb.PledgeNew(what=world.library.id).pack())
    assert "can't read that amount" in texts_of(await chat.says(ALICE, "二十"))[0]
    done = await chat.says(ALICE, "¥１２")
    assert "¥12 every month" in texts_of(done)[0]
    await walk(chat, done, "Yes, ¥12")
    (pledge,) = await theirs(world)
    assert pledge.amount == cny("12")
    await chat.taps(ALICE, cb.PledgeAlter(pledge=pledge.id, field=cb.PledgeField.AMOUNT).pack())
    assert "Amount changed" in texts_of(await chat.says(ALICE, "34"))[0]
    assert (await theirs(world))[0].amount == cny("34")


async def test_who_taps_instead_types_no_amount_any_more(chat: Chat, world: World) -> None:
    pledge = await promised(chat, world)
    await chat.taps(ALICE, cb.PledgeAlter(pledge=pledge.id, field=cb.PledgeField.AMOUNT).pack())
    await chat.taps(ALICE, cb.PledgeShow(pledge=pledge.id).pack())
    assert "didn't catch that" in texts_of(await chat.says(ALICE, "77"))[0]
    await chat.taps(ALICE, cb.PledgeNew(what=world.meals.id).pack())
    await chat.taps(ALICE, cb.PledgeSee(what=world.meals.id, minor=5000).pack())
    assert "didn't catch that" in texts_of(await chat.says(ALICE, "88"))[0]
    assert [one.amount for one in await theirs(world)] == [pledge.amount]


async def test_a_creators_call_says_who_calls(chat: Chat, world: World) -> None:
    slot = await world.slots.open(world.creator, world.meals.id, "晓雯")
    done = await chat.says(ALICE, f"/start m_{token_of(slot.slot.id)}")
    assert "晓雯 invites you" in texts_of(done)[0]
    done = await chat.taps(ALICE, named(done, "¥30"))
    await world.slots.open(world.creator, world.library.id)
    done = await chat.taps(ALICE, named(done, "Yes"))
    assert "library project" in texts_of(done)[0], "shown again, since the slot is for another project now"
    assert answers(done)[0].show_alert
    assert not await theirs(world)
    await walk(chat, done, "Yes")
    (pledge,) = await theirs(world)
    assert (pledge.project, pledge.creator) == (world.library.id, world.creator.id)


async def test_too_little_for_the_rail_is_offered_quarterly_or_on_the_tab(chat: Chat, world: World) -> None:
    done = await chat.taps(ALICE, cb.PledgeSee(what=world.library.id, minor=200).pack())
    assert "paper takes ¥4 or more at a time" in texts_of(done)[0]
    text = await walk(chat, done, "¥6 every three months", "Yes, ¥6 every three months")
    assert "¥6 every three months" in text
    (pledge,) = await theirs(world)
    assert (pledge.every, pledge.amount) == (3, cny("6"))


async def test_another_day_is_chosen_before_it_is_promised(chat: Chat, world: World) -> None:
    done = await chat.taps(ALICE, cb.PledgeSee(what=world.library.id, minor=5000).pack())
    text = await walk(chat, done, "Day", "The last day")
    assert "On the last day of the month" in text
    assert "First gift: Nov 30, 2026" in text
    await walk(chat, [chat.calls.made[-2]], "Yes")
    assert (await theirs(world))[0].day == LAST


async def test_where_it_is_needed_most_by_ticking_projects(chat: Chat, world: World) -> None:
    done = await chat.says(ALICE, "/monthly")
    assert "Monthly giving" in texts_of(done)[0]
    done = await chat.taps(ALICE, named(done, "Where it's needed most"))
    done = await chat.taps(ALICE, named(done, "library project"))
    assert "tick one more" in texts_of(done)[0]
    done = await chat.taps(ALICE, named(done, "meals project"))
    again = named(done, "¥30")
    done = await chat.taps(ALICE, again)
    assert "2 projects, each month the one that needs it most" in texts_of(done)[0]
    await walk(chat, done, "Yes")
    (pledge,) = await theirs(world)
    assert set(pledge.choices) == {world.library.id, world.meals.id}
    done = await chat.taps(ALICE, again)  # an old button: what was ticked is forgotten
    assert answers(done)[0].show_alert
    assert len(await theirs(world)) == 1


async def test_an_amount_is_typed_for_ticked_projects_too(chat: Chat, world: World) -> None:
    done = await chat.taps(ALICE, cb.PledgeTick(project=world.library.id).pack())
    done = await chat.taps(ALICE, cb.PledgeTick(project=world.meals.id).pack())
    await chat.taps(ALICE, named(done, "Other"))
    done = await chat.says(ALICE, "25")
    await walk(chat, done, "Yes, ¥25")
    assert len((await theirs(world))[0].choices) == 2


async def test_a_second_for_the_same_project_is_led_to_the_first(chat: Chat, world: World) -> None:
    pledge = await promised(chat, world)
    done = await chat.taps(ALICE, cb.PledgeNew(what=world.library.id).pack())
    assert "You already give" in texts_of(done)[0]
    assert named(done, "Change") == cb.PledgeChange(pledge=pledge.id).pack()
    for old in (
        cb.PledgeSee(what=world.library.id, minor=1000),
        cb.PledgeMake(what=world.library.id, minor=1000, day=3, by="paper", every=1),
    ):
        done = await chat.taps(ALICE, old.pack())
        assert "You already give" in texts_of(done)[0]
    assert len(await theirs(world)) == 1


async def test_the_same_tap_told_again_promises_once(chat: Chat, world: World) -> None:
    data = cb.PledgeMake(what=world.library.id, minor=1000, day=3, by="paper", every=1).pack()
    await chat.taps(ALICE, data, key="77")
    done = await chat.taps(ALICE, data, key="77")
    assert "¥10 every month" in texts_of(done)[0]
    assert len(await theirs(world)) == 1


async def test_a_project_that_takes_no_gifts_leads_to_others(chat: Chat, world: World) -> None:
    small = replace(project("small", world.library.organisation, "小"), target=cny("5"))
    async with world.unit() as work:
        await work.projects.put(replace(world.meals, state=ProjectState.CLOSED), world.time())
        await work.projects.put(small, world.time())
    done = await chat.taps(ALICE, cb.PledgeNew(what=world.meals.id).pack())
    assert "takes no new gifts" in texts_of(done)[0]
    tip = await world.tips.offer(OfferRequest("q9", world.bob.id, cny("5"), project=small.id))
    await world.pay(tip, world.bob)
    done = await chat.taps(ALICE, cb.PledgeNew(what=small.id).pack())
    assert "has reached its goal" in texts_of(done)[0]


# -- keeping --


async def test_every_act_is_one_tap_and_says_what_happens_next(chat: Chat, world: World) -> None:
    await save(world)
    pledge = await promised(chat, world)
    acts = [
        (cb.PledgeSkip(pledge=pledge.id, month="2026-12"), "Next: Jan 22, 2027"),
        (cb.PledgeSkip(pledge=pledge.id, month="2026-12", undo=True), "Next: Dec 22, 2026"),
        (cb.PledgePause(pledge=pledge.id, months=2), "Paused until Feb 22, 2027"),
        (cb.PledgeResume(pledge=pledge.id), "Next: Dec 22, 2026"),
        (cb.PledgeAlter(pledge=pledge.id, field=cb.PledgeField.AMOUNT, value=3000), "¥30 every month"),
        (cb.PledgeAlter(pledge=pledge.id, field=cb.PledgeField.DAY, value=5), "Next: Dec 5, 2026"),
        (cb.PledgeBy(pledge=pledge.id, by="paper"), "I'll send you a link that day"),
        (cb.PledgeMove(pledge=pledge.id, project=world.meals.id), "meals project"),
        (cb.PledgeCancel(pledge=pledge.id), "You won't be asked again"),
    ]
    for act, says in acts:
        done = await chat.taps(ALICE, act.pack())
        assert says in texts_of(done)[0], act
        assert len(answers(done)) == 1
    done = await chat.taps(ALICE, named(done, "Money is tight"))
    assert "Thank you for telling us" in texts_of(done)[0]
    assert not [label for label, _ in buttons(done[0]) if label == "Money is tight"]
    (over,) = await theirs(world)
    assert (over.state, over.why) == (PledgeState.CANCELLED, Why.MONEY)
    text = await walk(chat, done, "Begin again", "Yes")
    assert "Thank you" in text
    assert len(await theirs(world)) == 2


async def test_old_buttons_of_what_changed_do_nothing_and_show_how_it_is(chat: Chat, world: World) -> None:
    await save(world)
    pledge = await promised(chat, world)
    for old in (cb.PledgeSkip(pledge=pledge.id, month="2027-09"), cb.PledgePay(pledge=pledge.id),
                cb.PledgeCode(pledge=pledge.id), cb.PledgeWhy(pledge=pledge.id, why=Why.OTHER)):  # fmt: skip
        done = await chat.taps(ALICE, old.pack())
        assert "Next: Dec 22, 2026" in texts_of(done)[0], old
        assert answers(done)[-1].show_alert, old
    await chat.taps(ALICE, cb.PledgeCancel(pledge=pledge.id).pack())
    for over in (cb.PledgeResume(pledge=pledge.id), cb.PledgePause(pledge=pledge.id, months=1),
                 cb.PledgeAlter(pledge=pledge.id, field=cb.PledgeField.DAY, value=5)):  # fmt: skip
        done = await chat.taps(ALICE, over.pack())
        assert "has ended" in answers(done)[0].text, over
    assert "has ended" in texts_of(await chat.taps(ALICE, cb.PledgeChange(pledge=pledge.id).pack()))[0]


async def test_a_new_amount_is_typed(chat: Chat, world: World) -> None:
    pledge = await promised(chat, world)
    done = await chat.taps(ALICE, cb.PledgeAlter(pledge=pledge.id, field=cb.PledgeField.AMOUNT).pack())
    await walk(chat, done, "Other")
    done = await chat.says(ALICE, "66")
    assert "Amount changed" in texts_of(done)[0]
    assert (await theirs(world))[0].amount == cny("66")
    await walk(chat, await chat.taps(ALICE, cb.PledgeTyped(pledge=pledge.id).pack()))
    done = await chat.says(ALICE, "2")  # less than the rail takes
    assert "can't be paid that way" in texts_of(done)[0]
    text = await walk(chat, done, "¥6 every three months")
    assert "¥6 every three months" in text


async def test_a_card_can_be_saved_and_then_pays_by_itself(chat: Chat, world: World) -> None:
    pledge = await promised(chat, world)
    done = await chat.taps(ALICE, cb.PledgeAlter(pledge=pledge.id, field=cb.PledgeField.WAY).pack())
    done = await chat.taps(ALICE, named(done, "Save a card"))
    assert urls(done[0]) == ["https://pay.example/save"]
    await save(world)
    text = await walk(chat, await chat.says(ALICE, "/start monthly"), "By itself · Visa")
    assert "charged to Visa …4242" in text
    assert (await theirs(world))[0].way is Way.SAVED


async def test_what_others_see_is_chosen(chat: Chat, world: World) -> None:
    pledge = await promised(chat, world)
    done = await chat.taps(ALICE, cb.PledgeShown(pledge=pledge.id, visibility=Visibility.NAMED).pack())
    assert any(label.startswith("✓ Show my name") for label, _ in buttons(done[0]))
    assert (await theirs(world))[0].visibility is Visibility.NAMED


async def test_the_list_has_a_button_each(chat: Chat, world: World) -> None:
    await promised(chat, world)
    await walk(chat, await chat.taps(ALICE, cb.PledgeNew(what=world.meals.id).pack()), "¥10", "Yes")
    done = await chat.says(ALICE, "/monthly")
    assert "2 gifts, ¥60 a month" in texts_of(done)[0]
    assert "meals project" in await walk(chat, done, "¥10 · meals")
    done = await chat.taps(ALICE, cb.PledgeList(page=99, fresh=True).pack())
    assert "2 gifts" in texts_of(done)[0]


async def test_in_chinese(chat: Chat, world: World) -> None:
    await save(world, world.creator)
    done = await chat.taps(CREATOR, cb.PledgeNew(what=world.library.id).pack())
    text = await walk(chat, done, "¥50", person=CREATOR)
    for words in (
        "每月 ¥50",
        "每月 22 日",
        "从 Visa …4242 扣款",
        "第一次扣款：2026年12月22日",
        "2026年12月15日我会提醒你",
    ):
        assert words in text
    text = await walk(chat, [chat.calls.made[-2]], "好", "跳过2026年12月", "暂停", "2 个月", person=CREATOR)
    assert "已暂停，2027年3月22日继续" in text
    text = await walk(chat, [chat.calls.made[-2]], "停止月捐", "最近手头紧", person=CREATOR)
    assert "谢谢你告诉我们" in text


async def test_where_nothing_can_be_paid_it_leads_to_the_official_page(chat: Chat, world: World) -> None:
    world.tips.takes_money = False
    done = await chat.taps(ALICE, cb.PledgeNew(what=world.library.id).pack())
    assert "https://charity.example/library" in urls(done[0])
    done = await chat.says(ALICE, "/monthly")
    assert not buttons(done[0])


async def test_what_is_asked_for_is_paid_and_skipped_beside_a_month_that_stands_on_the_tab(
    chat: Chat, world: World
) -> None:
    """¥2 is less than the rail takes; after the first month it is ¥50, by a link."""
    done = await chat.taps(ALICE, cb.PledgeSee(what=world.library.id, minor=200, by="tab").pack())
    await walk(chat, done, "Yes, ¥2")
    (pledge,) = await theirs(world)
    await world.pledge_steps.sweep()
    done = await chat.says(ALICE, "/monthly")
    assert "November 2026: <b>¥2</b> is on your tab" in texts_of(done)[0]
    await walk(chat, done, "Skip December 2026")
    await chat.taps(ALICE, cb.PledgeSkip(pledge=pledge.id, month="2026-12", undo=True).pack())
    await chat.taps(ALICE, cb.PledgeBy(pledge=pledge.id, by="paper", minor=5000).pack())
    world.time.passes(days=30)
    await world.pledge_steps.sweep()
    done = await chat.says(ALICE, "/monthly")
    for words in ("November 2026: <b>¥2</b> is on your tab", "December 2026: <b>¥50</b> is waiting for you"):
        assert words in texts_of(done)[0]
    named(done, "Skip December 2026")
    done = await chat.taps(ALICE, named(done, "Pay ¥50 now"))
    assert "December 2026: <b>¥50</b> for <b>library project" in texts_of(done)[0]
    assert [url for url in urls(done[0]) if url.startswith("https://pay")]


async def test_several_months_on_the_tab_are_one_line(chat: Chat, world: World) -> None:
    await chat.taps(CREATOR, cb.PledgeMake(what=world.library.id, minor=100, day=22, by="tab", every=1).pack())
    for _ in range(3):
        await world.pledge_steps.sweep()
        world.time.passes(days=31)
    text = texts_of(await chat.says(CREATOR, "/monthly"))[0]
    assert "3 个月一共 <b>¥3</b>，记在小账本上了。" in text.replace("\u2068", "").replace("\u2069", "")


@pytest.mark.parametrize(("hour", "words"), [(0, "early"), (2, "at ten"), (15, "at night")])
async def test_who_says_yes_today_pays_at_once_whatever_hour_it_is(
    chat: Chat, world: World, hour: int, words: str
) -> None:
    """08:00, 10:00 and 23:00 in Shanghai."""
    world.time.now = world.time.now.replace(hour=hour)
    done = await chat.taps(ALICE, cb.PledgeSee(what=world.library.id, minor=5000, by="paper").pack())
    assert "First gift: today. The link comes as soon as you say yes." in texts_of(done)[0], words
    done = await chat.taps(ALICE, named(done, "Yes"))
    assert "November 2026: <b>¥50</b> is waiting for you" in texts_of(done)[0], words
    done = await chat.taps(ALICE, named(done, "Pay ¥50 now"))
    assert [url for url in urls(done[0]) if url.startswith("https://pay")]
    for _ in range(2):
        await world.pledge_steps.sweep()
        world.time.passes(hours=5)
    async with world.unit.read() as work:
        (pledge,) = await theirs(world)
        ((one,),) = (await work.instalments.of_pledges([pledge.id])).values()
        became = await work.outbox.became([f"{NoticeKind.PLEDGE_ASKED}:{one.id}"])
    assert not became, "it was answered; nobody is told the same again"
    assert one.asked_at is not None


async def test_on_the_tab_no_link_is_promised(chat: Chat, world: World) -> None:
    done = await chat.taps(ALICE, cb.PledgeSee(what=world.library.id, minor=200, by="tab").pack())
    assert "First gift: today, on your tab." in texts_of(done)[0]
    done = await chat.taps(ALICE, named(done, "Yes"))
    assert "This one is about to go on your tab." in texts_of(done)[0]
    assert "link" not in texts_of(done)[0]


async def test_the_days_on_the_card_are_those_of_the_message_and_of_the_debit(chat: Chat, world: World) -> None:
    """Two days before its day it is to be paid by a card: the notice goes today, the debit five days later."""
    pledge = await promised(chat, world)
    await chat.taps(ALICE, cb.PledgeSkip(pledge=pledge.id, month="2026-11").pack())
    await save(world)
    world.time.passes(days=28)
    done = await chat.taps(ALICE, cb.PledgeBy(pledge=pledge.id, by="saved").pack())
    assert "Next: Dec 25, 2026, charged to Visa …4242. I'll write to you before it, today." in texts_of(done)[0], (
        texts_of(done)[0]
    )
    await world.pledge_steps.sweep()
    assert "will be charged to Visa …4242 on Dec 25, 2026" in texts_of(await chat.says(ALICE, "/monthly"))[0]
    world.time.passes(minutes=5)
    (notice,) = [one for one in await world.outbox.claim() if one.kind is NoticeKind.PLEDGE_ANNOUNCED]
    told = await notices.render([notice], world.outbox, TEXTS, LINKS)
    assert told is not None
    assert "on Dec 25" in told.text.replace("\u2068", "").replace("\u2069", "")
    await world.outbox.sent([notice], 1)
    world.time.passes(days=1)
    assert "on Dec 25, 2026" in texts_of(await chat.says(ALICE, "/monthly"))[0], "as it was told"
    done = await chat.taps(ALICE, cb.PledgeBy(pledge=pledge.id, by="paper").pack())
    assert "December 2026: on Dec 22, 2026 I'll send you a link for <b>¥50</b>." in texts_of(done)[0]


async def test_before_its_notice_the_card_says_when_that_comes(chat: Chat, world: World) -> None:
    await save(world, world.creator)
    made = cb.PledgeMake(what=world.library.id, minor=5000, day=22, by="saved", every=1)
    done = await chat.taps(CREATOR, made.pack())
    assert "下一次：2026年12月22日，从 Visa …4242 扣款，2026年12月15日我会提醒你。" in texts_of(done)[0]
    world.time.passes(days=26)
    done = await chat.says(CREATOR, "/monthly")
    assert "下一次：2026年12月23日，从 Visa …4242 扣款，今天我会先告诉你。" in texts_of(done)[0]


async def test_every_three_months_is_asked_so_and_becomes_every_month_again(chat: Chat, world: World) -> None:
    made = cb.PledgeMake(what=world.library.id, minor=600, day=25, by="paper", every=3)
    done = await chat.taps(ALICE, made.pack())
    (pledge,) = await theirs(world)
    done = await chat.taps(ALICE, cb.PledgeAlter(pledge=pledge.id, field=cb.PledgeField.AMOUNT).pack())
    assert "How much every three months from now on?" in texts_of(done)[0]
    menu = named(done, "Every month instead")
    await chat.taps(ALICE, named(done, "Other"))
    assert "How much every three months?" in texts_of([chat.calls.made[-2]])[0]
    done = await chat.says(ALICE, "2")
    assert "¥2</b> every three months can't be paid that way" in texts_of(done)[0]
    assert not [label for label, _ in buttons(done[0]) if "three months" in label], "it is three months already"
    done = await chat.taps(ALICE, menu)
    assert "How much every month instead?" in texts_of(done)[0]
    await chat.taps(ALICE, named(done, "Other"))
    assert "How much every month?" in texts_of([chat.calls.made[-2]])[0]
    text = texts_of(await chat.says(ALICE, "7"))[0]
    assert "¥7 every month" in text
    (pledge,) = await theirs(world)
    assert (pledge.every, pledge.amount) == (1, cny("7"))


async def test_every_month_again_by_one_of_the_amounts(chat: Chat, world: World) -> None:
    made = cb.PledgeMake(what=world.library.id, minor=600, day=25, by="paper", every=3)
    await chat.taps(CREATOR, made.pack())
    (pledge,) = await theirs(world, world.creator)
    done = await chat.taps(CREATOR, cb.PledgeAlter(pledge=pledge.id, field=cb.PledgeField.AMOUNT).pack())
    assert "以后每三个月捐多少" in texts_of(done)[0]
    text = await walk(chat, done, "改成每个月捐", "¥30", person=CREATOR)
    assert "每月 ¥30" in text
    assert (await theirs(world, world.creator))[0].every == 1


async def test_from_monthly_it_is_three_taps_too(chat: Chat, world: World) -> None:
    done = await chat.says(ALICE, "/monthly")
    assert "Which project would you like to give to every month?" in texts_of(done)[0]
    await walk(chat, done, "library project", "¥50", "Yes")
    assert (await theirs(world))[0].project == world.library.id


async def test_whoever_gives_to_one_can_begin_another_from_there(chat: Chat, world: World) -> None:
    made = cb.PledgeMake(what=world.library.id, minor=5000, day=25, by="paper", every=1)
    done = await chat.taps(CREATOR, made.pack())
    done = await chat.taps(CREATOR, named(done, "我的月捐"))
    assert not [label for label, _ in buttons(done[0]) if label == "我的月捐"], "it would show the same again"
    await walk(chat, done, "再加一个月捐", "免费午餐", "¥50", "好", person=CREATOR)
    assert {one.project for one in await theirs(world, world.creator)} == {world.library.id, world.meals.id}


async def test_ended_again_after_why_was_said_asks_for_nothing(chat: Chat, world: World) -> None:
    pledge = await promised(chat, world)
    end = cb.PledgeCancel(pledge=pledge.id).pack()
    assert "tell us why" in texts_of(await chat.taps(ALICE, end))[0]
    assert "tell us why" in texts_of(await chat.taps(ALICE, end))[0], "as long as nothing was said"
    await chat.taps(ALICE, cb.PledgeWhy(pledge=pledge.id, why=Why.MONEY).pack())
    text = texts_of(await chat.taps(ALICE, end))[0]
    assert "Ended" in text
    assert "tell us why" not in text


async def test_quarterly_and_what_takes_no_gifts_are_said_as_they_are(chat: Chat, world: World) -> None:
    """A project of an organisation that lost its verification has not reached its goal, nor is it closed."""
    made = cb.PledgeMake(what=world.library.id, minor=600, day=25, by="paper", every=3)
    await chat.taps(ALICE, made.pack())
    await chat.taps(CREATOR, made.pack())
    begin = cb.PledgeNew(what=world.library.id).pack()
    assert "¥6</b> to <b>library project</b> every three months" in texts_of(await chat.taps(ALICE, begin))[0]
    assert "每三个月给 <b>乡村图书馆</b> 捐 <b>¥6</b>" in texts_of(await chat.taps(CREATOR, begin))[0]
    async with world.unit() as work:
        for whose in (world.alice, world.creator):
            (pledge,) = await work.pledges.of_donor(whose.id)
            await work.pledges.save(replace(pledge, state=PledgeState.WAITING), due_at=None)
    for person, says, never in ((ALICE, "takes no gifts right now", "goal"), (CREATOR, "现在不收捐款", "目标")):
        text = texts_of(await chat.says(person, "/monthly"))[0]
        assert says in text
        assert never not in text


async def test_one_month_of_a_quarterly_gift_says_until_when_it_rests(chat: Chat, world: World) -> None:
    made = cb.PledgeMake(what=world.library.id, minor=600, day=25, by="paper", every=3)
    await chat.taps(ALICE, made.pack())
    (pledge,) = await theirs(world)
    text = texts_of(await chat.taps(ALICE, cb.PledgePause(pledge=pledge.id, months=1).pack()))[0]
    assert "Paused until Feb 25, 2027" in text
    assert "one month" not in text


@pytest.mark.parametrize("shown", list(Visibility))
async def test_begun_again_it_is_as_it_was_and_what_others_see_can_be_changed(
    chat: Chat, world: World, shown: Visibility
) -> None:
    made = cb.PledgeMake(what=world.library.id, minor=600, day=25, by="paper", every=3)
    await chat.taps(ALICE, made.pack())
    (was,) = await theirs(world)
    await chat.taps(ALICE, cb.PledgeShown(pledge=was.id, visibility=shown).pack())
    await save(world)  # which would be the best way by now
    done = await chat.taps(ALICE, cb.PledgeCancel(pledge=was.id).pack())
    done = await chat.taps(ALICE, named(done, "Begin again"))
    other = Visibility.NAMED if shown is Visibility.ANONYMOUS else Visibility.ANONYMOUS
    words = {
        Visibility.NAMED: "Show my name",
        Visibility.ANONYMOUS: "Hide my name",
        Visibility.AMOUNT_HIDDEN: "Hide the",
    }
    asked = await chat.taps(ALICE, named(done, "What others see"))
    named(asked, f"✓ {words[shown]}")
    done = await chat.taps(ALICE, named(asked, "Back"))
    day = await chat.taps(ALICE, named(await chat.taps(ALICE, named(done, "Day")), "✓ 25"))
    done = await chat.taps(ALICE, named(await chat.taps(ALICE, named(day, "What others see")), words[other]))
    assert ("not your name" in texts_of(done)[0]) is (other is Visibility.ANONYMOUS)
    asked = await chat.taps(ALICE, named(done, "What others see"))
    done = await chat.taps(ALICE, named(asked, words[shown]))
    await chat.taps(ALICE, named(done, "Yes, ¥6 every three months"))
    anew = next(one for one in await theirs(world) if one.open)
    same = [(one.amount, one.every, one.day, one.way, one.rail, one.visibility) for one in (was, anew)]
    assert same[1] == (*same[0][:5], shown)
    again = await chat.taps(ALICE, cb.PledgeAgain(pledge=anew.id).pack())
    assert answers(again)[-1].show_alert, "it is not over"


async def test_begun_again_it_goes_to_the_same_ticked_projects(chat: Chat, world: World) -> None:
    for one in (world.library.id, world.meals.id):
        done = await chat.taps(ALICE, cb.PledgeTick(project=one).pack())
    await walk(chat, done, "¥30", "Yes")
    (was,) = await theirs(world)
    done = await chat.taps(ALICE, cb.PledgeCancel(pledge=was.id).pack())
    await walk(chat, done, "Begin again", "Yes, ¥30")
    anew = next(one for one in await theirs(world) if one.open)
    assert anew.choices == was.choices


async def test_the_day_that_is_so_now_is_marked_and_there_is_a_way_back(chat: Chat, world: World) -> None:
    done = await chat.taps(ALICE, cb.PledgeSee(what=world.library.id, minor=5000, day=30).pack())
    done = await chat.taps(ALICE, named(done, "Day"))
    named(done, "✓ The last day")
    done = await chat.taps(ALICE, named(done, "Back"))
    assert "30th of the month" in texts_of(done)[0]
    await walk(chat, done, "Yes")
    (pledge,) = await theirs(world)
    await chat.taps(ALICE, cb.PledgeAlter(pledge=pledge.id, field=cb.PledgeField.DAY, value=7).pack())
    done = await chat.taps(ALICE, cb.PledgeAlter(pledge=pledge.id, field=cb.PledgeField.DAY).pack())
    assert named(done, "✓") == cb.PledgeAlter(pledge=pledge.id, field=cb.PledgeField.DAY, value=7).pack()
    assert named(done, "Back") == cb.PledgeChange(pledge=pledge.id).pack()


async def test_back_from_how_it_is_paid_leads_to_what_shall_change(chat: Chat, world: World) -> None:
    pledge = await promised(chat, world)
    asked = [cb.PledgeAlter(pledge=pledge.id, field=field) for field in cb.PledgeField if field != cb.PledgeField.EVERY]
    for one in (*asked, cb.PledgeMove(pledge=pledge.id), cb.PledgeSave(pledge=pledge.id)):
        done = await chat.taps(ALICE, one.pack())
        assert named(done, "Back") == cb.PledgeChange(pledge=pledge.id).pack(), one


@pytest.mark.parametrize("by", ["paper", "tab", "saved"])
async def test_only_what_is_charged_by_itself_says_that_nothing_is_charged(chat: Chat, world: World, by: str) -> None:
    """Whoever pays by hand is not asked."""
    amount, charged = 200 if by == "tab" else 5000, by == "saved"
    for person, who in ((ALICE, world.alice), (CREATOR, world.creator)):
        await save(world, who)
        await chat.taps(person, cb.PledgeMake(what=world.library.id, minor=amount, day=25, by=by, every=1).pack())
        (pledge,) = await theirs(world, who)
        acts = [cb.PledgeSkip(pledge=pledge.id), cb.PledgePause(pledge=pledge.id, months=1)]
        for act in (*acts, cb.PledgeCancel(pledge=pledge.id)):
            text = texts_of(await chat.taps(person, act.pack()))[0].partition("<i>")[0]  # no word of test money
            assert ("charged" in text or "扣款" in text) is charged, text
            assert ("won't be asked" in text or "找你付款" in text) is not charged, text


async def test_a_first_gift_of_less_than_one_percent_is_said_as_on_the_pages(chat: Chat, world: World) -> None:
    tip = await world.tips.offer(OfferRequest("q9", world.bob.id, cny("5"), project=world.library.id))
    await world.pay(tip, world.bob)
    for person, little, none in ((ALICE, "under 1%", "0%"), (CREATOR, "不到 1%", "0%")):
        done = await chat.says(person, "/give")
        assert f"· {little}" in texts_of(done)[0]
        assert f"· {none}" in texts_of(done)[0], "nothing was given to the other"
        (given, *_) = [label for label, _ in buttons(done[0]) if little in label]
        assert given.endswith(f" · {little}")
        assert f"· {little} ·" in texts_of(await chat.taps(person, cb.GiveCard(project=world.library.id).pack()))[0]
