"""Why donors give every month: read before it is shown, named as they allow, gone when they say so."""

from dataclasses import replace

import pytest

from giving.errors import NotAllowed, NotMonthlyDonor, WhyEmpty, WhyOver, WhyTooLong
from giving.notices import NoticeKind
from giving.payments import EventKind
from giving.people import Person, Role, Visibility, Visitor
from giving.pledges import cancelled
from giving.whys import Refusal, ShownSentence, WhyState
from services.outbox import Notice
from tests.services.monthly import changed, paid, promised
from tests.world import World


@pytest.fixture
async def owner(world: World) -> Person:
    return await world.people.meet(Visitor(1003, "Owner"), started=True)


@pytest.fixture
async def monthly(world: World, owner: Person) -> World:
    """Alice gives to the library every month, by name; a reviewer reads."""
    world.extras["pledge"] = await promised(world.unit, world.alice, world.library, world.time())
    world.extras["reviewer"] = await world.people.meet(Visitor(1006, "Rita", None, "en"), started=True)
    await world.people.grant(owner, 1006, Role.REVIEWER)
    await world.privacy.choose_visibility(world.alice, Visibility.NAMED)
    return world


async def shown(world: World) -> tuple[ShownSentence, ...]:
    return await world.whys.shown(world.library.id, 6)


async def waiting(world: World) -> list[str]:
    found, total = await world.whys.waiting(world.extras["reviewer"], 10)
    assert total == len(found)
    return [read.sentence.words for read in found]


async def write(world: World, words: str = "为了孩子") -> None:
    await world.whys.write(world.alice, world.library.id, words)


async def gave(world: World) -> None:
    """A month of Alice's arrived."""
    await paid(world, world.extras["pledge"], "2026-11", world.library)


async def read_first(world: World) -> None:
    (first, *_), _ = await world.whys.waiting(world.extras["reviewer"], 10)
    await world.whys.show(world.extras["reviewer"], first.sentence.id)


async def notices(world: World, *kinds: NoticeKind) -> list[Notice]:
    claimed = [notice for notice in await world.outbox.claim() if notice.kind in kinds]
    world.outbox.let_go(claimed)
    return claimed


async def test_it_is_shown_once_something_was_given(monthly: World):
    await write(monthly)
    await read_first(monthly)
    assert await shown(monthly) == (), "a promise alone is no gift"
    tip = await paid(monthly, monthly.extras["pledge"], "2026-11", monthly.library)
    assert await shown(monthly) == (ShownSentence("为了孩子", "Alice"),)
    charge = f"ch_{monthly.extras['pledge'].id}:2026-11"
    await monthly.deliver(EventKind.REFUNDED, tip, "e1", their_id="re_1", charge=charge)
    await monthly.payments.settle_pending()
    assert await shown(monthly) == (), "nothing of it stands"


async def test_it_is_shown_once_it_was_read_and_under_the_name_its_donor_allows(monthly: World):
    await gave(monthly)
    await write(monthly)
    assert await shown(monthly) == ()
    assert await waiting(monthly) == ["为了孩子"]
    await read_first(monthly)
    assert await shown(monthly) == (ShownSentence("为了孩子", "Alice"),)
    assert await waiting(monthly) == []
    await monthly.privacy.choose_visibility(monthly.alice, Visibility.ANONYMOUS)
    assert await shown(monthly) == (ShownSentence("为了孩子", None),)


async def test_a_promise_without_a_name_shows_none(monthly: World):
    bobs = await promised(monthly.unit, monthly.bob, monthly.library, monthly.time(), visibility=Visibility.ANONYMOUS)
    await paid(monthly, bobs, "2026-11", monthly.library)
    await monthly.privacy.choose_visibility(monthly.bob, Visibility.NAMED)
    await monthly.whys.write(monthly.bob, monthly.library.id, "因为爱读书")
    await read_first(monthly)
    assert await shown(monthly) == (ShownSentence("因为爱读书", None),)


async def test_only_who_gives_to_it_every_month_may_write(monthly: World):
    for project in (monthly.meals.id, monthly.creator.id):
        with pytest.raises(NotMonthlyDonor):
            await monthly.whys.write(monthly.alice, project, "为什么")
        with pytest.raises(NotMonthlyDonor):
            await monthly.whys.about(monthly.alice, project)
    with pytest.raises(NotMonthlyDonor):
        await monthly.whys.write(monthly.bob, monthly.library.id, "为什么")
    for words, refusal in (("\u200b", WhyEmpty), ("长" * 141, WhyTooLong)):
        with pytest.raises(refusal):
            await write(monthly, words)


async def test_a_project_that_got_something_of_a_promise_that_chooses_counts(monthly: World):
    chooses = {"organisation": monthly.library.organisation.id}
    pledge = await promised(monthly.unit, monthly.bob, None, monthly.time(), **chooses)
    assert await monthly.whys.mine(monthly.bob) == ()
    await paid(monthly, pledge, "2026-11", monthly.meals)
    (mine,) = await monthly.whys.mine(monthly.bob)
    assert (mine.project.slug, mine.months, mine.sentence) == ("meals", 1, None)
    await monthly.whys.write(monthly.bob, monthly.meals.id, "热乎的午饭")


async def test_months_that_were_given_back_are_none_of_theirs(monthly: World):
    first = await paid(monthly, monthly.extras["pledge"], "2026-10", monthly.library)
    await paid(monthly, monthly.extras["pledge"], "2026-11", monthly.library)
    charge = f"ch_{monthly.extras['pledge'].id}:2026-10"
    await monthly.deliver(EventKind.REFUNDED, first, "e1", their_id="re_1", charge=charge)
    await monthly.payments.settle_pending()
    assert [mine.months for mine in await monthly.whys.mine(monthly.alice)] == [1]


async def test_a_name_that_was_not_read_does_not_stand_beside_it(monthly: World):
    await gave(monthly)
    await write(monthly)
    (seen,), _ = await monthly.whys.waiting(monthly.extras["reviewer"], 10)
    assert seen.sentence.name == "Alice"
    await read_first(monthly)
    await monthly.people.meet(Visitor(1002, "加V信 abc123", None, "en"), started=True)
    assert await shown(monthly) == (ShownSentence("为了孩子", None),)
    await monthly.people.meet(Visitor(1002, "Alice", None, "en"), started=True)
    assert await shown(monthly) == (ShownSentence("为了孩子", "Alice"),)


async def test_a_name_that_was_hidden_when_it_was_written_is_not_read_and_not_shown_later(monthly: World):
    await gave(monthly)
    await monthly.privacy.choose_visibility(monthly.alice, Visibility.ANONYMOUS)
    await write(monthly)
    (seen,), _ = await monthly.whys.waiting(monthly.extras["reviewer"], 10)
    assert seen.sentence.name is None
    await read_first(monthly)
    await monthly.privacy.choose_visibility(monthly.alice, Visibility.NAMED)
    assert await shown(monthly) == (ShownSentence("为了孩子", None),)
    await write(monthly)
    await read_first(monthly)
    assert await shown(monthly) == (ShownSentence("为了孩子", "Alice"),)


async def test_what_was_approved_is_what_was_read(monthly: World):
    """A sentence that was rewritten while a reviewer looked at it does not come through by that tap."""
    reviewer = monthly.extras["reviewer"]
    await write(monthly)
    (seen,), _ = await monthly.whys.waiting(reviewer, 10)
    await write(monthly, "买我的东西")
    with pytest.raises(WhyOver):
        await monthly.whys.show(reviewer, seen.sentence.id)
    assert await shown(monthly) == ()
    assert await waiting(monthly) == ["买我的东西"]


async def test_rewritten_it_waits_again_and_the_old_one_is_gone(monthly: World):
    await gave(monthly)
    await write(monthly)
    await read_first(monthly)
    await write(monthly, "还是为了孩子")
    assert await shown(monthly) == ()
    await read_first(monthly)
    assert await shown(monthly) == (ShownSentence("还是为了孩子", "Alice"),)


async def test_refused_it_is_not_shown_and_its_donor_is_told_why(monthly: World):
    reviewer = monthly.extras["reviewer"]
    await write(monthly, "加我微信")
    (seen,), _ = await monthly.whys.waiting(reviewer, 10)
    await monthly.whys.refuse(reviewer, seen.sentence.id, Refusal.ADVERT)
    assert await shown(monthly) == ()
    (mine,) = await monthly.whys.mine(monthly.alice)
    assert mine.sentence is not None
    assert (mine.sentence.state, mine.sentence.reason) == (WhyState.REFUSED, Refusal.ADVERT)
    (told,) = await notices(monthly, NoticeKind.WHY_READ)
    assert told.recipient == monthly.alice.telegram_id
    read = await monthly.outbox.why_read(told)
    assert read is not None
    assert read.sentence.reason is Refusal.ADVERT
    await write(monthly, "为了孩子")
    assert await monthly.outbox.why_read(told) is None, "they wrote another meanwhile"


async def test_a_reviewer_takes_down_what_was_shown_and_its_donor_is_told_why(monthly: World):
    await gave(monthly)
    reviewer = monthly.extras["reviewer"]
    await write(monthly, "找小明 13800000000")
    (seen,), _ = await monthly.whys.waiting(reviewer, 10)
    with pytest.raises(WhyOver):
        await monthly.whys.take_down(reviewer, seen.sentence.id, Refusal.PRIVATE)
    await monthly.whys.show(reviewer, seen.sentence.id)
    assert len(await notices(monthly, NoticeKind.WHY_READ)) == 1
    (on,) = (await monthly.whys.on_pages(reviewer, 7)).items
    assert on.sentence.id == seen.sentence.id
    with pytest.raises(WhyOver):
        await monthly.whys.refuse(reviewer, seen.sentence.id, Refusal.PRIVATE)
    await monthly.whys.take_down(reviewer, seen.sentence.id, Refusal.PRIVATE)
    assert await shown(monthly) == ()
    assert (await monthly.whys.on_pages(reviewer)).items == ()
    (told,) = await notices(monthly, NoticeKind.WHY_READ)
    assert (read := await monthly.outbox.why_read(told)) is not None
    assert read.sentence.reason is Refusal.PRIVATE
    (mine,) = await monthly.whys.mine(monthly.alice)
    assert mine.sentence is not None
    assert (mine.sentence.state, mine.sentence.reason) == (WhyState.REFUSED, Refusal.PRIVATE)
    async with monthly.unit.read() as work:
        (act, *_) = await work.audit.list(limit=1)
    assert (act.record.action, act.record.after) == ("why.taken_down", {"reason": "private"})


async def test_nobody_decides_on_a_sentence_of_their_own(monthly: World):
    reviewer = monthly.extras["reviewer"]
    await promised(monthly.unit, reviewer, monthly.library, monthly.time())
    mine = (await monthly.whys.write(reviewer, monthly.library.id, "我自己的话")).sentence
    assert mine is not None
    assert await waiting(monthly) == []
    for refused in (
        monthly.whys.one(reviewer, mine.id),
        monthly.whys.show(reviewer, mine.id),
        monthly.whys.refuse(reviewer, mine.id, Refusal.OTHER),
    ):
        with pytest.raises(WhyOver):
            await refused
    owner = await monthly.people.meet(Visitor(1003, "Owner"), started=True)
    await monthly.whys.show(owner, mine.id)
    with pytest.raises(WhyOver):
        await monthly.whys.take_down(reviewer, mine.id, Refusal.OTHER)


async def test_taken_back_it_is_gone_at_once(monthly: World):
    await write(monthly)
    await read_first(monthly)
    assert await monthly.whys.take_back(monthly.alice, monthly.library.id)
    assert not await monthly.whys.take_back(monthly.alice, monthly.library.id)
    assert await shown(monthly) == ()
    async with monthly.unit.read() as work:
        assert await work.whys.of_donor(monthly.alice.id) == {}


async def test_it_stands_there_as_long_as_they_give_every_month(monthly: World):
    await gave(monthly)
    await write(monthly)
    await read_first(monthly)
    assert await shown(monthly)
    await changed(monthly.unit, cancelled(monthly.extras["pledge"], monthly.time()))
    assert await shown(monthly) == ()
    (mine,) = await monthly.whys.mine(monthly.alice)
    assert mine.sentence is not None, "it is still theirs to take back"


async def test_it_does_not_stay_where_they_moved_their_gift_away_from(monthly: World):
    await paid(monthly, monthly.extras["pledge"], "2026-11", monthly.library)
    await write(monthly)
    await read_first(monthly)
    await changed(monthly.unit, replace(monthly.extras["pledge"], project=monthly.meals.id))
    assert await shown(monthly) == ()
    with pytest.raises(NotMonthlyDonor):
        await write(monthly, "又想起来一句")
    assert {mine.project.slug: mine.months for mine in await monthly.whys.mine(monthly.alice)} == {
        "meals": 0, "library": 0,
    }  # fmt: skip


async def test_who_leaves_takes_it_along(monthly: World):
    await write(monthly)
    await read_first(monthly)
    await monthly.privacy.leave(monthly.alice)
    assert await shown(monthly) == ()
    async with monthly.unit.read() as work:
        assert await work.whys.of_donor(monthly.alice.id) == {}


async def test_only_who_reviews_projects_reads_them(monthly: World):
    await write(monthly)
    (seen,), _ = await monthly.whys.waiting(monthly.extras["reviewer"], 10)
    for somebody in (monthly.bob, monthly.creator, monthly.alice):
        for refused in (
            monthly.whys.waiting(somebody, 10),
            monthly.whys.one(somebody, seen.sentence.id),
            monthly.whys.show(somebody, seen.sentence.id),
            monthly.whys.refuse(somebody, seen.sentence.id, Refusal.RUDE),
            monthly.whys.take_down(somebody, seen.sentence.id, Refusal.RUDE),
            monthly.whys.on_pages(somebody),
        ):
            with pytest.raises(NotAllowed):
                await refused
    assert await waiting(monthly) == ["为了孩子"]


async def test_reviewers_are_told_once_a_day_that_some_wait(monthly: World):
    await write(monthly)
    await promised(monthly.unit, monthly.bob, monthly.library, monthly.time())
    await monthly.whys.write(monthly.bob, monthly.library.id, "因为爱读书")
    told = await notices(monthly, NoticeKind.WHYS_WAIT)
    assert {notice.recipient for notice in told} == {1003, 1006}
    assert len(told) == 2
    assert await monthly.outbox.whys_waiting(told[0]) == 2
    monthly.time.passes(days=1)
    await write(monthly, "明天也一样")
    assert len(await notices(monthly, NoticeKind.WHYS_WAIT)) == 4


async def test_every_word_of_a_reviewer_is_in_the_audit_log_without_the_sentence(monthly: World):
    await write(monthly, "加我微信")
    reviewer = monthly.extras["reviewer"]
    (seen,), _ = await monthly.whys.waiting(reviewer, 10)
    await monthly.whys.refuse(reviewer, seen.sentence.id, Refusal.ADVERT)
    async with monthly.unit.read() as work:
        (act, *_) = await work.audit.list(limit=1)
    assert (act.record.action, act.record.actor, act.record.after) == (
        "why.refused", reviewer.id, {"reason": "advert"},
    )  # fmt: skip
    assert "加我" not in str(act)
