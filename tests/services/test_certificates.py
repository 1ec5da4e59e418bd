"""Certificates: one for the months that earn one, for nobody else's eyes but by its number, and held to the ledger."""

from dataclasses import replace
from datetime import time

import pytest

from giving.errors import CertificateUnknown
from giving.notices import NoticeKind
from giving.payments import EventKind
from giving.people import Person, Visibility
from giving.pledges import Certificate, InstalmentState, Month, Pledge
from giving.quiet import QuietHours
from giving.tips import Tip
from services.certificates import after_paid
from services.instalments import months_given
from storage.tables import instalments, people, pledges
from tests.pictures.ink import size_of
from tests.services.giving_days.town import seconds
from tests.services.paid_months import month, promised
from tests.world import SHANGHAI, World, cny


async def earned(world: World, pledge: Pledge, *, quiet: QuietHours | None = None) -> Certificate | None:
    """As the step that notes an instalment as paid does it."""
    async with world.unit() as work:
        return await after_paid(work, pledge, now=world.time(), quiet=quiet)


async def a_year(
    world: World, donor: Person, *, months: int = 3, visibility: Visibility = Visibility.NAMED
) -> tuple[Pledge, Certificate]:
    pledge = await promised(world, donor, visibility=visibility)
    for number in range(1, months + 1):
        await month(world, pledge, number)
    made = await earned(world, pledge)
    assert made is not None
    return pledge, made


async def test_the_months_that_earn_one_bring_one_and_the_donor_is_told_once(world: World):
    pledge = await promised(world, world.alice)
    made: list[int] = []
    for number in range(1, 14):
        await month(world, pledge, number)
        for _again in range(2):
            certificate = await earned(world, pledge)
            made += [certificate.months] if certificate else []
    assert made == [1, 3, 6, 12]
    told = [notice for notice in await world.outbox.claim(500) if notice.kind is NoticeKind.CERTIFICATE]
    assert len(told) == 4
    assert {notice.person for notice in told} == {world.alice.id}
    page = await world.certificates.mine(world.alice)
    assert [(proof.certificate.months, proof.total) for proof in page.items] == [
        (12, cny("240")), (6, cny("120")), (3, cny("60")), (1, cny("20")),
    ]  # fmt: skip


async def test_months_of_a_quarter_count_as_they_come(world: World):
    """No "three months" on the first day; the year's is there when the fifth quarter begins."""
    pledge = await promised(world, world.alice, "30", every=3)
    levels = []
    for number in (1, 4, 7, 10, 13):
        tip = await month(world, pledge, number)
        assert tip is not None
        made = await earned(world, pledge)
        levels.append((made.months, made.in_a_row, made.total) if made else None)
        async with world.unit.read() as work:
            assert (await months_given(work, [tip.id]))[tip.id].in_a_row == number
    assert levels == [(1, 1, cny("30")), (3, 3, cny("60")), (6, 6, cny("90")), None, (12, 12, cny("150"))]


async def test_the_sweep_that_notes_a_month_as_paid_makes_it(world: World):
    pledge = await promised(world, world.alice)
    tip = await month(world, pledge, 1)
    assert tip is not None
    async with world.unit() as work:
        noted = {"state": InstalmentState.ASKED, "paid_at": None, "step_at": world.time(), "asked_at": world.time()}
        await work.connection.execute(instalments.update().where(instalments.c.tip_id == tip.id).values(noted))
    for _again in range(2):
        await world.pledge_steps.sweep()
    (proof,) = (await world.certificates.mine(world.alice)).items
    assert (proof.certificate.months, proof.holds) == (1, True)


async def test_months_given_before_it_was_paid_by_quarters_count_as_they_were(world: World):
    pledge = await promised(world, world.alice)
    for number in (1, 2):
        await month(world, pledge, number)
    assert await earned(world, pledge)
    later = replace(pledge, every=3, first=Month(2026, 3))
    await month(world, later, 3)
    made = await earned(world, later)
    assert made is not None
    assert made.months == 3, "five months, not nine"


async def test_a_month_left_out_breaks_no_row_and_a_missed_one_begins_anew(world: World):
    pledge = await promised(world, world.alice)
    await month(world, pledge, 1)
    await month(world, pledge, 2, state=InstalmentState.MISSED)
    await month(world, pledge, 3)
    await month(world, pledge, 4, state=InstalmentState.SKIPPED)
    await month(world, pledge, 5)
    made = await earned(world, pledge)
    assert made is not None
    assert (made.months, made.in_a_row) == (3, 2)


async def test_it_names_whom_the_promise_names(world: World):
    _, named = await a_year(world, world.alice)
    _, hidden = await a_year(world, world.bob, visibility=Visibility.ANONYMOUS)
    assert named.name == world.alice.name
    assert hidden.name is None


async def test_who_hides_amounts_finds_none_on_it_nor_where_it_is_checked(world: World):
    _, made = await a_year(world, world.alice, visibility=Visibility.AMOUNT_HIDDEN)
    proof = await world.certificates.checked(made.number)
    assert proof.total is None
    assert proof.certificate.name == world.alice.name
    assert proof.holds


@pytest.mark.parametrize("later", [Visibility.ANONYMOUS, Visibility.NAMED])
async def test_an_amount_that_was_hidden_when_it_was_made_never_comes_out(world: World, later: Visibility):
    pledge, made = await a_year(world, world.alice, visibility=Visibility.AMOUNT_HIDDEN)
    async with world.unit() as work:
        await work.connection.execute(pledges.update().where(pledges.c.id == pledge.id).values(visibility=later))
    proof = await world.certificates.checked(made.number)
    assert proof.hidden
    assert proof.total is None


async def test_a_later_one_hides_the_sum_of_months_that_hid_theirs(world: World):
    pledge = await promised(world, world.alice, visibility=Visibility.AMOUNT_HIDDEN)
    await month(world, pledge, 1)
    assert await earned(world, pledge)
    named = replace(pledge, visibility=Visibility.NAMED)
    for number in (2, 3):
        await month(world, named, number)
    made = await earned(world, named)
    assert made is not None
    assert (await world.certificates.checked(made.number)).total is None, "two of three months would tell the first"


async def test_who_hides_amounts_later_does_so_on_older_ones_too(world: World):
    pledge, made = await a_year(world, world.alice)
    assert (await world.certificates.checked(made.number)).total == cny("60")
    hides = pledges.update().where(pledges.c.id == pledge.id).values(visibility=Visibility.AMOUNT_HIDDEN)
    async with world.unit() as work:
        await work.connection.execute(hides)
    assert (await world.certificates.checked(made.number)).total is None


async def test_somebody_elses_is_refused_like_one_that_does_not_exist(world: World):
    _, made = await a_year(world, world.alice)
    with pytest.raises(CertificateUnknown):
        await world.certificates.own(made.id, world.bob)
    with pytest.raises(CertificateUnknown):
        await world.certificates.name(made.id, world.bob, "Bob")
    with pytest.raises(CertificateUnknown):
        await world.certificates.checked("YC-00000-00000-000")
    assert (await world.certificates.mine(world.bob)).total == 0


async def test_it_is_held_to_the_ledger_and_says_what_went_back(world: World):
    pledge = await promised(world, world.alice)
    first = await month(world, pledge, 1)
    part = await month(world, pledge, 2)
    await month(world, pledge, 3)
    made = await earned(world, pledge)
    assert made is not None
    assert first is not None
    assert part is not None
    world.time.passes(days=1)
    await month(world, pledge, 4)  # what came later is not what it speaks of
    proof = await world.certificates.checked(made.number)
    assert (proof.gifts, proof.booked, proof.kept, proof.holds) == (3, 3, cny("60"), True)

    await world.deliver(EventKind.REFUNDED, first, "e1", their_id="re_1", charge=f"ch_{pledge.id}:1")
    await world.deliver(EventKind.REFUNDED, part, "e2", their_id="re_2", charge=f"ch_{pledge.id}:2", minor=500)
    await world.payments.settle_pending()
    proof = await world.certificates.checked(made.number)
    assert (proof.gifts, proof.booked, proof.kept, proof.holds, proof.less) == (3, 3, cny("35"), False, True)
    assert proof.total == cny("60"), "what it says stays as it was drawn"


async def give_back(world: World, tip: Tip | None, pledge: Pledge, number: int, minor: int = 2000) -> None:
    assert tip is not None
    at = seconds(world.time())
    back = {"their_id": f"re_{number}", "charge": f"ch_{pledge.id}:{number}", "minor": minor, "at": at}
    await world.deliver(EventKind.REFUNDED, tip, f"evt_re_{number}", **back)
    await world.payments.settle_pending()


async def test_a_month_that_was_given_back_before_counts_for_none_and_breaks_no_row(world: World):
    pledge = await promised(world, world.alice)
    first = await month(world, pledge, 1)
    await give_back(world, first, pledge, 1)
    assert await earned(world, pledge) is None, "nothing of it stands"
    world.time.passes(days=1)
    for number, level in ((2, 1), (3, None), (4, 3)):
        await month(world, pledge, number)
        made = await earned(world, pledge)
        assert (made.months if made else None) == level
    proof = (await world.certificates.mine(world.alice)).items[0]
    assert (proof.certificate.months, proof.certificate.in_a_row, proof.certificate.total) == (3, 3, cny("60"))
    assert (proof.gifts, proof.booked, proof.holds, proof.first) == (3, 3, True, Month(2026, 2))


async def test_a_receipts_row_leaves_out_what_was_given_back(world: World):
    pledge = await promised(world, world.alice)
    first, second = await month(world, pledge, 1), await month(world, pledge, 2)
    assert second is not None
    for row in (2, 1):
        async with world.unit.read() as work:
            assert (await months_given(work, [second.id]))[second.id].in_a_row == row
        await give_back(world, first, pledge, 1)


async def test_what_went_back_in_part_before_is_no_loss_since(world: World):
    pledge = await promised(world, world.alice)
    await give_back(world, await month(world, pledge, 1), pledge, 1, minor=500)
    made = await earned(world, pledge)
    assert made is not None
    assert made.total == cny("15")
    proof = await world.certificates.checked(made.number)
    assert (proof.gifts, proof.holds, proof.less) == (1, True, False)


async def test_projects_beside_the_last_one_are_counted(world: World):
    pledge = await promised(world, world.alice)
    await month(world, pledge, 1, project=world.meals)
    await month(world, pledge, 2)
    await month(world, pledge, 3)
    made = await earned(world, pledge)
    assert made is not None
    proof = await world.certificates.own(made.id, world.alice)
    assert (proof.project.id, proof.others) == (world.library.id, 1)


async def test_another_name_is_cleaned_and_can_be_taken_off(world: World):
    _, made = await a_year(world, world.alice)
    proof = await world.certificates.name(made.id, world.alice, "喆堃\u202e镕 " + "x" * 99)
    assert proof.certificate.name is not None
    assert proof.certificate.name.startswith("喆堃镕 x")
    assert len(proof.certificate.name) == 60
    assert (await world.certificates.checked(made.number)).certificate.name == proof.certificate.name
    assert (await world.certificates.name(made.id, world.alice, "\u200b")).certificate.name is None


async def test_it_waits_for_its_readers_morning(world: World):
    quiet = QuietHours(time(22), time(8), SHANGHAI)
    async with world.unit() as work:
        await work.connection.execute(
            people.update().where(people.c.id == world.alice.id).values(timezone="America/New_York")
        )
    pledge = await promised(world, world.alice)
    await month(world, pledge, 1)
    assert await earned(world, pledge, quiet=quiet)  # noon in Shanghai, eleven at night in New York
    assert not [n for n in await world.outbox.claim(500) if n.kind is NoticeKind.CERTIFICATE]
    world.time.passes(hours=9)
    assert [n for n in await world.outbox.claim(500) if n.kind is NoticeKind.CERTIFICATE]


async def test_nothing_is_made_for_who_left(world: World):
    pledge = await promised(world, world.alice)
    await month(world, pledge, 1)
    await world.privacy.leave(world.alice)
    assert await earned(world, pledge) is None


async def test_leaving_takes_the_name_off_and_what_was_proved_stays(world: World):
    _, made = await a_year(world, world.alice)
    await world.privacy.leave(world.alice)
    proof = await world.certificates.checked(made.number)
    assert proof.certificate.name is None
    assert proof.holds


async def test_the_message_brings_the_picture(world: World):
    _, made = await a_year(world, world.alice)
    (notice,) = [n for n in await world.outbox.claim(500) if n.kind is NoticeKind.CERTIFICATE]
    found = await world.outbox.certificate(notice)
    assert found is not None
    proof, png = found
    assert proof.certificate.id == made.id
    assert png is not None
    assert size_of(png) == (1080, 1440)
    await world.pictures.close()
