"""Monthly donors as creators and organisations see them: counted right, named only as allowed, shown to few."""

from dataclasses import replace
from datetime import timedelta

import pytest

from giving.errors import NotAllowed, NotYours, OrganisationUnknown, PersonUnknown
from giving.money import Money
from giving.payments import EventKind
from giving.people import Person, Role, Visibility, Visitor
from giving.pledges import Month, PledgeState, Why, cancelled
from giving.projects import Organisation
from storage.ids import new_id
from tests.services.monthly import changed, left_out, paid, promised
from tests.world import World, project

OWNER = Visitor(1003, "Owner")


@pytest.fixture
async def owner(world: World) -> Person:
    return await world.people.meet(OWNER, started=True)


async def person(world: World, number: int, name: str) -> Person:
    return await world.people.meet(Visitor(number, name, None, "en"), started=True)


async def test_a_creator_sees_how_many_give_through_them_and_the_names_that_were_allowed(world: World):
    unit, now, mine = world.unit, world.time(), {"creator": world.creator.id}
    carol, dan = await person(world, 1006, "Carol"), await person(world, 1007, "Dan")
    for donor in (world.alice, world.bob, carol):
        await world.privacy.choose_visibility(donor, Visibility.NAMED)
    await promised(unit, world.alice, world.library, now - timedelta(days=70), **mine)
    await promised(unit, world.alice, world.meals, now - timedelta(days=2), **mine)
    await promised(unit, world.bob, world.library, now, visibility=Visibility.ANONYMOUS, **mine)
    await promised(unit, carol, world.library, now, visibility=Visibility.AMOUNT_HIDDEN, **mine)
    await promised(unit, dan, world.library, now, creator=world.alice.id)
    circle = await world.circles.of_creator(world.creator)
    assert (circle.standing.donors, circle.standing.open) == (3, 4)
    assert set(circle.names) == {"Alice", "Carol"}
    assert (circle.more, circle.quiet) == (0, 1)
    assert [stand.open for stand in circle.trend][-4:] == [0, 1, 1, 4]
    assert (circle.expected, circle.shared, circle.came) == ((), (), ()), "a sum beside Carol's name would be hers"
    assert await world.circles.number(world.creator.id) == 3
    await world.privacy.choose_visibility(carol, Visibility.ANONYMOUS)
    assert (await world.circles.of_creator(world.creator)).names == ("Alice",), "taken back is taken back"


async def test_nobody_yet_is_told_as_that(world: World):
    circle = await world.circles.of_creator(world.alice)
    assert (circle.standing.donors, circle.standing.open, circle.expected, circle.names) == (0, 0, (), ())
    assert await world.circles.number(world.alice.id) == 0


async def test_an_organisation_sees_what_is_active_new_paused_and_ended_with_reasons(world: World, owner: Person):
    unit, now = world.unit, world.time()
    others = [await person(world, 1010 + i, f"P{i}") for i in range(4)]
    old = await promised(unit, world.alice, world.library, now - timedelta(days=200))
    await paid(world, old, "2026-10", world.library, now - timedelta(days=40), "25")
    await promised(unit, world.bob, None, now, organisation=world.library.organisation.id)
    gone = await promised(unit, others[0], world.meals, now - timedelta(days=100))
    await changed(unit, cancelled(gone, now - timedelta(days=1), Why.MONEY))
    quiet = await promised(unit, others[1], world.meals, now - timedelta(days=100))
    await changed(unit, cancelled(quiet, now - timedelta(days=50)))
    rests = await promised(unit, others[2], world.meals, now - timedelta(days=10))
    await changed(unit, replace(rests, state=PledgeState.PAUSED, paused_until=Month(2027, 2)))
    found, circle = await world.circles.of_organisation(owner, world.library.organisation.id)
    assert found.slug == "sunshine"
    standing, month = circle.standing, circle.this_month
    assert (standing.donors, standing.count(PledgeState.ACTIVE), standing.count(PledgeState.PAUSED)) == (3, 2, 1)
    assert dict(standing.ended) == {Why.MONEY: 1, None: 1}
    assert (month.before, month.began, month.ended, month.open) == (2, 2, 1, 3)
    assert month.lost_percent == 25
    assert circle.expected == (Money(2000, "CNY"),)
    assert circle.came == (Money(2500, "CNY"),)
    assert {str(row.month): (row.began, row.left[-1]) for row in circle.cohorts} == {
        "2026-05": (1, 1), "2026-08": (2, 0), "2026-11": (2, 2),
    }  # fmt: skip


async def test_a_month_that_was_left_out_after_its_notice_is_not_expected(world: World, owner: Person):
    """25 November: December is announced; who leaves it out goes on in January."""
    world.time.passes(days=3)
    now, organisation = world.time(), world.library.organisation.id
    skips = await promised(world.unit, world.alice, world.library, now - timedelta(days=70), day=1)
    await promised(world.unit, world.bob, world.library, now - timedelta(days=70), day=1)
    assert (await world.circles.of_organisation(owner, organisation))[1].expected == (Money(2000, "CNY"),)
    await left_out(world.unit, skips, "2026-12", world.library, now)
    assert (await world.circles.of_organisation(owner, organisation))[1].expected == (Money(1000, "CNY"),)
    world.time.passes(days=30)
    assert (await world.circles.of_organisation(owner, organisation))[1].expected == (Money(2000, "CNY"),)


async def test_what_was_given_back_did_not_come_in(world: World, owner: Person):
    now = world.time()
    for number, donor in enumerate((world.alice, world.bob, await person(world, 1006, "Carol"))):
        pledge = await promised(world.unit, donor, world.library, now - timedelta(days=70))
        tip = await paid(world, pledge, "2026-10", world.library, now - timedelta(days=40), "50")
        if number:  # all of Bob's, and 20 of Carol's
            back = {"charge": f"ch_{pledge.id}:2026-10", "minor": 5000 if number == 1 else 2000}
            await world.deliver(EventKind.REFUNDED, tip, f"e{number}", their_id=f"re_{number}", **back)
    await world.payments.settle_pending()
    _, circle = await world.circles.of_organisation(owner, world.library.organisation.id)
    assert circle.came == (Money(8000, "CNY"),)


async def test_what_chooses_among_several_organisations_stands_apart(world: World, owner: Person):
    other = Organisation(new_id(), "moon", {"en": "Moon"}, None, world.time())
    elsewhere = project("books", other, "书")
    async with world.unit() as work:
        await work.projects.put_organisation(other)
        await work.projects.put(elsewhere, world.time())
    now = world.time()
    await promised(world.unit, world.alice, None, now, choices=(world.library.id, elsewhere.id))
    await promised(world.unit, world.bob, None, now, choices=(world.library.id, world.meals.id))
    _, circle = await world.circles.of_organisation(owner, world.library.organisation.id)
    assert circle.standing.donors == 2
    assert (circle.expected, circle.shared) == ((Money(1000, "CNY"),), (Money(1000, "CNY"),))
    _, theirs = await world.circles.of_organisation(owner, other.id)
    assert (theirs.expected, theirs.shared) == ((), (Money(1000, "CNY"),))


async def test_who_is_no_member_learns_nothing_not_even_whether_it_is_there(world: World, owner: Person):
    organisation = world.library.organisation.id
    for number, role in enumerate((None, Role.REVIEWER, Role.FINANCE, Role.ORGANISATION)):
        somebody = await person(world, 1020 + number, f"S{number}")
        if role is not None:
            await world.people.grant(owner, somebody.telegram_id, role)
        for what in (organisation, new_id()):
            with pytest.raises(NotAllowed):
                await world.circles.of_organisation(somebody, what)
            with pytest.raises(NotAllowed):
                await world.circles.page_token(somebody, what)
        with pytest.raises(NotAllowed):
            await world.circles.organisations(somebody)


async def test_a_member_sees_theirs_alone_until_they_are_removed_and_their_page_with_them(world: World, owner: Person):
    other = Organisation(new_id(), "moon", {"en": "Moon"}, None, world.time())
    async with world.unit() as work:
        await work.projects.put_organisation(other)
    with pytest.raises(NotAllowed):
        await world.members.add(world.bob, "sunshine", 1002)
    with pytest.raises(OrganisationUnknown) as unknown:
        await world.members.add(owner, "nothing", 1002)
    assert unknown.value.args_for_message == {"known": "moon, sunshine"}
    with pytest.raises(PersonUnknown):
        await world.members.add(owner, "sunshine", 99)
    await world.members.add(owner, "sunshine", 1002)
    await world.members.add(owner, "sunshine", 1002)
    assert Role.ORGANISATION in await world.people.roles(world.alice)
    assert [one.slug for one in await world.circles.organisations(world.alice)] == ["sunshine"]
    with pytest.raises(NotAllowed):
        await world.circles.of_organisation(world.alice, other.id)
    organisation = world.library.organisation.id
    token = await world.circles.page_token(world.alice, organisation)
    assert token == await world.circles.page_token(world.alice, organisation), "the page they bookmarked stays"
    assert len(token) >= 24
    assert (await world.circles.page(token))[0].slug == "sunshine"
    await world.circles.renew(world.alice, organisation)
    with pytest.raises(NotYours):
        await world.circles.page(token)
    token = await world.circles.page_token(world.alice, organisation)
    _, members = await world.members.listed(owner, "sunshine")
    assert [member.id for member in members] == [world.alice.id]
    await world.members.remove(owner, "sunshine", 1002)
    assert Role.ORGANISATION not in await world.people.roles(world.alice)
    for refused in (world.circles.page(token), world.circles.page("x" * 24)):
        with pytest.raises(NotYours):
            await refused


async def test_a_page_closes_with_the_role_too(world: World, owner: Person):
    await world.members.add(owner, "sunshine", 1002)
    token = await world.circles.page_token(world.alice, world.library.organisation.id)
    await world.people.revoke(owner, 1002, Role.ORGANISATION)
    with pytest.raises(NotYours):
        await world.circles.page(token)


async def test_who_leaves_is_no_member_any_more_and_their_page_is_gone(world: World, owner: Person):
    await world.members.add(owner, "sunshine", 1002)
    token = await world.circles.page_token(world.alice, world.library.organisation.id)
    await world.privacy.leave(world.alice)
    with pytest.raises(NotYours):
        await world.circles.page(token)
    assert (await world.members.listed(owner, "sunshine"))[1] == ()


async def test_who_ends_and_begins_again_in_the_same_month_went_on(world: World, owner: Person):
    unit, now, organisation = world.unit, world.time(), world.library.organisation.id
    carol = await person(world, 1006, "Carol")

    async def gave(donor: Person, project_id, began: float, ended: float | None = None, why: Why | None = None):
        made = await promised(unit, donor, project_id, now - timedelta(days=began))
        if ended is not None:
            await changed(unit, cancelled(made, now - timedelta(days=ended), why))

    await gave(world.alice, world.library, 75, 10, Why.UNCLEAR)  # since September; and again, twice, in November
    await gave(world.alice, world.meals, 9, 5, Why.MONEY)
    await gave(world.alice, world.library, 4)
    await gave(world.bob, world.library, 75, 30, Why.MONEY)  # ended in October, and again in November
    await gave(world.bob, world.library, 9)
    await gave(carol, world.library, 75, 8, Why.OTHER)  # two ended, one begun again: one is lost
    await gave(carol, world.meals, 74, 7, Why.MONEY)
    await gave(carol, world.library, 6)
    _, circle = await world.circles.of_organisation(owner, organisation)
    month = circle.this_month
    assert (month.before, month.began, month.ended, month.open) == (3, 1, 1, 3)
    assert dict(circle.standing.ended) == {Why.MONEY: 2}
    assert {str(row.month): (row.began, row.left) for row in circle.cohorts} == {
        "2026-09": (4, (4, 3, 2)), "2026-11": (1, (1,)),
    }  # fmt: skip
    assert circle.standing.donors == month.open == 3
