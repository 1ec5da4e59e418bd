"""What donors are told of their instalments: by day, in their zone, several in one message, nothing that is not so."""

import datetime as dt
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from bot import pledge_cards
from bot.notices import render, together
from giving.notices import NoticeKind
from giving.people import Visitor
from giving.pledges import InstalmentState, Month, PledgeState, Way
from giving.quiet import QuietHours
from services.links import Links
from services.outbox import Notice
from services.pledges import PledgeViews
from storage.ids import new_id
from storage.tables import project_updates
from tests.services.months import Monthly, monthly_of, subjects
from tests.world import SHANGHAI, TEXTS, World, cny

NIGHT = QuietHours(dt.time(22), dt.time(8), SHANGHAI)
ACTS = ["Skip", "Pause for 3 months", "Change", "End it"]
EVERY = ("Pause for 3 months", "Pause: how long?", "Amount", "Day", "Project", "How it's paid")
LINKS = Links("http://127.0.0.1:8081", "yizan_bot")


@pytest.fixture
async def monthly(world: World) -> Monthly:
    return monthly_of(world, quiet=NIGHT)


async def said(monthly: Monthly, notices: Sequence[Notice]) -> tuple[str, list[str]]:
    """The words, and the buttons below."""
    message = await render(notices, monthly.house.outbox, TEXTS, LINKS)
    assert message is not None
    assert message.keyboard is not None
    return _plain(message.text), [_plain(button.text) for row in message.keyboard.inline_keyboard for button in row]


def _plain(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


async def claimed(monthly: Monthly) -> list[Notice]:
    await monthly.steps.sweep()
    monthly.world.time.passes(minutes=5)
    return await monthly.claimed()


async def test_the_notice_says_how_much_when_for_what_by_what_and_what_to_do(monthly: Monthly):
    await monthly.pledge(monthly.world.alice)
    await monthly.until(11, 23)
    words, buttons = await said(monthly, await claimed(monthly))
    assert words == (
        "<b>¥20 for library project</b> on Nov 30\nPaid with Visa …4242. If that’s fine, there’s nothing to do."
        "\n\n<i>What your money does:</i> ¥1 lets one child read one more page"
    )
    assert buttons == ["Skip November 2026", "End it", *EVERY]


async def test_the_notice_tells_what_the_project_did_last(monthly: Monthly):
    world = monthly.world
    await monthly.pledge(world.alice)
    async with world.unit() as work:
        for words, day in (("Old news", 1), ("Forty <new> books", 20)):
            row = {
                "id": new_id(), "project_id": world.library.id, "words": words, "language": "en",
                "written_by": world.creator.id, "written_at": datetime(2026, 11, day, tzinfo=UTC),
            }  # fmt: skip
            await work.connection.execute(project_updates.insert().values(row))
    await monthly.until(11, 23)
    words, _ = await said(monthly, await claimed(monthly))
    assert "<i>News from library project:</i> Forty &lt;new&gt; books" in words
    assert "Old news" not in words


async def test_a_late_notice_says_the_day_it_really_is(monthly: Monthly):
    await monthly.pledge(monthly.world.alice)
    await monthly.until(11, 23)
    await monthly.steps.sweep()
    await monthly.until(11, 29, 12)
    words, _ = await said(monthly, await monthly.claimed())
    assert "on Dec 4" in words


async def test_several_of_one_donor_are_one_message_and_of_each_is_known_when_it_went(monthly: Monthly):
    world = monthly.world
    pledges = [
        await monthly.pledge(world.alice),
        await monthly.pledge(world.alice, project=world.meals.id, amount="50"),
    ]
    for n in range(30):
        await monthly.pledge(await world.people.meet(Visitor(7_300 + n, f"P{n}"), started=True))
    await monthly.until(11, 23)
    notices = await claimed(monthly)
    (mine,) = (several for several in together(notices) if several[0].person == world.alice.id)
    assert len(mine) == 2
    words, buttons = await said(monthly, mine)
    assert "Your monthly gifts next week" in words
    assert ("¥20 for library project" in words, "¥50 for meals project" in words) == (True, True)
    assert buttons == ["¥20 · library project", *ACTS, "¥50 · meals project", *ACTS, "My monthly gifts"]
    await monthly.house.outbox.sent(mine, 1)
    await monthly.until(11, 30)
    await monthly.steps.sweep()
    assert {intent.amount for _, intent, _ in monthly.card.charged} == {cny("20"), cny("50")}
    assert [await monthly.states(pledge) for pledge in pledges] == [[InstalmentState.CHARGING]] * 2


async def test_what_is_asked_of_several_has_a_button_for_each(monthly: Monthly):
    world = monthly.world
    for project in (world.library, world.meals):
        await monthly.pledge(world.alice, way=Way.LINK, project=project.id)
    await monthly.until(11, 30)
    words, buttons = await said(monthly, await claimed(monthly))
    assert "2 monthly gifts are waiting for you" in words
    assert buttons == ["Pay ¥20 · library project", *ACTS, "Pay ¥20 · meals project", *ACTS, "My monthly gifts"]
    assert "to be paid by Dec 7" in words


async def test_it_waits_for_its_readers_morning(monthly: Monthly):
    """Ten in Shanghai is the evening before, or the night, elsewhere."""
    world = monthly.world
    for person, clock in ((world.alice, "America/New_York"), (world.bob, None)):
        async with world.unit() as work:
            await work.subscriptions.choose_timezone(person.id, clock)
    await monthly.pledge(world.alice, way=Way.LINK, day=29)
    await monthly.pledge(world.bob)
    await monthly.until(11, 23)
    assert await monthly.turn() == [NoticeKind.PLEDGE_ANNOUNCED]
    world.time.now = datetime(2026, 11, 29, 3, 30, tzinfo=UTC)  # 22:30 in New York, by her clock not her day yet
    assert await monthly.turn() == []
    world.time.now = datetime(2026, 11, 29, 15, 1, tzinfo=UTC)  # ten in the morning there
    assert await monthly.turn() == [NoticeKind.PLEDGE_ASKED]
    await monthly.until(11, 30)
    assert await monthly.turn() == [], "his is debited"
    # A reminder that falls into her night comes at eight.
    world.time.now = datetime(2026, 12, 3, 4, 0, tzinfo=UTC)
    assert await monthly.turn() == []
    world.time.now = datetime(2026, 12, 3, 13, 5, tzinfo=UTC)
    assert await monthly.told() == [NoticeKind.PLEDGE_REMINDED]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("expired_card", "Your card has expired."),
        ("card_declined", "Your bank said no; it doesn’t tell us why. Often the balance or a limit is the reason."),
    ],
)
async def test_a_decline_is_told_in_plain_words_with_the_day_it_is_tried_again(monthly: Monthly, code: str, why: str):
    await monthly.announced(monthly.world.alice)
    monthly.card.code = code
    words, buttons = await said(monthly, await claimed(monthly))
    assert words == (
        "<b>November 2026: ¥20 for library project didn’t go through</b>\n"
        f"{why} Nothing was taken. I’ll try again on Dec 3."
    )
    assert buttons == ["Pay ¥20 by link", "Skip November 2026", "End it", *EVERY]


async def test_what_only_its_donor_can_allow_says_so(monthly: Monthly):
    await monthly.announced(monthly.world.alice)
    monthly.card.code = "authentication_required"
    words, buttons = await said(monthly, await claimed(monthly))
    assert words.startswith("Your bank wants to hear it from you, so the card wasn’t charged. Here’s a link instead.")
    assert buttons[0] == "Pay ¥20"


async def test_paused_and_waiting_say_what_goes_on(monthly: Monthly):
    world = monthly.world
    await monthly.announced(world.alice)
    monthly.card.code = "card_declined"
    for _ in range(7):
        await monthly.turn()
        world.time.passes(days=1)
    words, buttons = await said(monthly, await claimed(monthly))
    assert "is paused" in words
    assert "declined three times" in words
    assert buttons == ["Go on", "Change", "End it"]
    await monthly.pledge(world.bob, way=Way.LINK, day=20, first=Month(2026, 12))
    await monthly.close_project(world.library)
    await monthly.until(12, 20)
    (notice,) = await claimed(monthly)
    words, buttons = await said(monthly, [notice])
    assert words.startswith("<b>Where should your ¥20 go next?</b>")
    assert buttons == ["Choose a project", "End it"]


async def test_what_is_no_longer_so_is_not_told(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.pledge(world.alice)
    other = await monthly.pledge(world.alice, project=world.meals.id)
    await monthly.until(11, 23)
    notices = await claimed(monthly)
    await monthly.change(pledge, PledgeState.CANCELLED)
    words, _ = await said(monthly, notices)
    assert "library" not in words
    await monthly.change(other, PledgeState.PAUSED)
    assert await render(notices, monthly.house.outbox, TEXTS, LINKS) is None


async def test_a_receipt_of_a_month_is_two_lines_and_says_which_in_a_row(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.pledge(world.alice, way=Way.LINK, day=1, first=Month(2026, 12))
    words = []
    for month in (12, 1, 2, 3):
        await monthly.until(month, 1)
        await monthly.turn()
        if month == 2:
            await monthly.change(pledge, PledgeState.ACTIVE)  # this month is skipped
            async with world.unit() as work:
                await work.pledges.save(pledge, due_at=world.time())
            continue
        await monthly.pays(pledge)
        receipts = await monthly.claimed()
        text, buttons = await said(monthly, receipts)
        assert buttons == ["Receipt", "Undo ¥20 (for 30 minutes)", "My monthly gifts", "My gifts"]
        words.append(text)
        await monthly.house.outbox.sent(receipts, 1)
    first, second, third = (text.splitlines() for text in words)
    assert [len(lines) for lines in (first, second, third)] == [2, 2, 2]
    assert first[0] == "<b>Thank you ❤</b> ¥20, all of it credited to <b>library project</b>."
    assert second[0].endswith("</b>, month 2 in a row.")
    assert third[0].endswith("</b>, month 3 in a row."), "a skipped month shames nobody"
    assert first[1].startswith("Receipt <code>YZ-")


async def test_who_had_blocked_the_bot_hears_that_it_is_paused_when_they_come_back(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    monthly.card.code = "card_declined"
    for _ in range(7):
        await monthly.turn()
        world.time.passes(days=1)
    await monthly.steps.sweep()
    world.time.passes(minutes=5)
    await monthly.house.outbox.unreachable(await monthly.claimed())
    assert (await monthly.now(pledge)).state is PledgeState.PAUSED
    assert await monthly.claimed() == []
    await world.people.meet(Visitor(1002, "Alice", "alice", "en"), started=True)
    world.time.passes(minutes=5)
    notices = await monthly.claimed()
    assert [notice.kind for notice in notices] == [NoticeKind.PLEDGE_PAUSED]
    assert subjects(notices) == {(await monthly.last(pledge)).id}


async def test_what_could_not_be_told_in_time_is_not_charged_and_that_is_told(monthly: Monthly):
    world = monthly.world
    await monthly.pledge(world.alice)
    await monthly.until(11, 23)
    await monthly.steps.sweep()
    world.time.passes(minutes=5)
    await monthly.house.outbox.failed(await monthly.claimed(), "Bad Request")
    await monthly.until(11, 30)
    notices = await claimed(monthly)
    text, buttons = await said(monthly, notices)
    assert [notice.kind for notice in notices] == [NoticeKind.PLEDGE_LEFT_OUT]
    assert "November 2026: ¥20 for library project was not charged" in text
    assert buttons == ["Change", "End it"]
    await monthly.house.outbox.sent(notices, 1)
    assert await claimed(monthly) == [], "once"


@pytest.mark.parametrize("what", ["amount", "project"])
async def test_what_is_changed_after_it_was_asked_for_is_asked_for_anew_with_a_message_that_says_so(
    monthly: Monthly, what: str
):
    world = monthly.world
    pledge = await monthly.pledge(world.alice, way=Way.LINK)
    await monthly.until(11, 30)
    await monthly.turn()
    await monthly.until(12, 3)
    assert await monthly.turn() == [NoticeKind.PLEDGE_REMINDED]
    if what == "amount":
        await monthly.changes.change_amount(pledge.id, world.alice, cny("30"))
    else:
        await monthly.changes.move(pledge.id, world.alice, world.meals.id)
    notices = await claimed(monthly)
    assert [notice.kind for notice in notices] == [NoticeKind.PLEDGE_ASKED]
    words, buttons = await said(monthly, notices)
    now = "¥30 for library project" if what == "amount" else "¥20 for meals project"
    assert f"<b>November 2026: {now}</b>, to be paid by Dec 10" in words
    assert buttons[0] == ("Pay ¥30" if what == "amount" else "Pay ¥20")
    await monthly.house.outbox.sent(notices, 1)
    await monthly.until(12, 6, 11)
    assert await monthly.turn() == [NoticeKind.PLEDGE_REMINDED]


async def test_changed_before_its_first_message_left_it_is_told_once_as_it_is_now(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.pledge(world.alice, way=Way.LINK)
    await monthly.until(11, 30)
    await monthly.steps.sweep()
    await monthly.changes.change_amount(pledge.id, world.alice, cny("30"))
    notices = await claimed(monthly)
    assert len(notices) == 2
    words, buttons = await said(monthly, notices)
    assert words.count("library project") == 1
    assert buttons[0] == "Pay ¥30"


async def test_every_three_months_unpaid_three_times_is_not_called_three_months(monthly: Monthly):
    pledge = await monthly.pledge(monthly.world.alice, way=Way.LINK, day=30, every=3)
    for month in (11, 2, 5):
        await monthly.until(month, 28 if month == 2 else 30)
        await monthly.turn()
        monthly.world.time.passes(days=8)
        await monthly.steps.sweep()
    assert (await monthly.now(pledge)).state is PledgeState.PAUSED
    words, _ = await said(monthly, [one for one in await claimed(monthly) if one.kind is NoticeKind.PLEDGE_PAUSED])
    assert "three times in a row" in words
    assert "months" not in words


@pytest.mark.parametrize("was_declined", [True, False])
async def test_who_opens_the_page_of_what_was_declined_reads_that_the_card_is_not_tried_again(
    monthly: Monthly, was_declined: bool
):
    world = monthly.world
    way = Way.SAVED if was_declined else Way.LINK
    pledge = await (monthly.announced(world.alice) if was_declined else monthly.pledge(world.alice, way=way))
    await monthly.until(11, 30)
    monthly.card.code = "card_declined"
    await monthly.turn()
    page = await monthly.steps.pages.page(pledge.id, world.alice)
    async with world.unit.read() as work:
        (card,) = await PledgeViews(monthly.house.rails, SHANGHAI, world.time).cards(work, world.alice, [pledge])
    words = _plain(pledge_cards.pay(TEXTS, "en", card, page, scanned=False).text)
    assert ("I won't try your card again for November" in words) == was_declined
    monthly.card.code = None
    world.time.passes(days=3, hours=1)
    await monthly.turn()
    assert len(monthly.card.charged) == was_declined, "and it is not"
