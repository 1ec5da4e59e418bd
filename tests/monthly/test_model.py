"""The model itself, by lives that anybody can work out with a calendar."""

from datetime import date, datetime
from typing import Any

from tests.monthly.model import Life
from tests.monthly.promises import Worlds, by_day, due_at, named
from tests.monthly.script import ACTS_AT, Act, Donor, Goal, Script, Turn, local, turns, zone_of

WELLS = Goal("project", ("wells",))
DECEMBER = 2026 * 12 + 11


def life(*acts: tuple[date, str, Any], months: int = 6, diary: tuple[Turn, ...] = ()) -> Life:
    """Somebody in Shanghai who does this with their first pledge."""
    written = tuple(Act(local(day, ACTS_AT, None), what, 0, value) for day, what, value in acts)
    donor = Donor(0, None, "en", written, forgetful=False, reads_news=False)
    lived = Life(Script(1, months, (donor,), diary), donor)
    lived.live()
    return lived


def promised(day: int, by: str = "saved") -> list[tuple[date, str, Any]]:
    """On the first of December: for the wells, on this day of each month."""
    card = [(date(2026, 12, 1), "card", "green")] if by == "saved" else []
    return [*card, (date(2026, 12, 1), "pledge", (WELLS, 2_000, day, by, 1))]


def states(lived: Life) -> list[tuple[str, str]]:
    return [(named(one.month), one.state) for one in lived.pledges[0].months]


def test_a_card_is_charged_every_month_on_the_last_day_of_the_short_ones() -> None:
    lived = life(*promised(31))
    assert states(lived) == [
        (month, "paid") for month in ("2026-12", "2027-01", "2027-02", "2027-03", "2027-04", "2027-05")
    ]
    assert [one.due.astimezone(zone_of(None)).day for one in lived.pledges[0].months] == [31, 31, 28, 31, 30, 31]


def test_the_first_debit_is_a_week_away_at_the_least() -> None:
    assert states(life(*promised(7), months=1)) == [("2027-01", "announced")]
    assert states(life(*promised(8), months=1)) == [("2026-12", "paid")]


def test_three_tries_and_it_is_over_until_its_donor_goes_on() -> None:
    lived = life(*promised(10), (date(2026, 12, 5), "declines", None), months=2)
    assert states(lived) == [("2026-12", "failed"), ("2027-01", "failed")], (
        "they went on after the first, by the same card"
    )
    assert {(one.tries, one.due.day) for one in lived.pledges[0].months} == {(3, 17)}, "on the 10th, the 13th, the 17th"


def test_a_pause_leaves_out_so_many_months_and_ends_by_itself() -> None:
    lived = life(*promised(15), (date(2027, 1, 10), "pause", 2))
    assert states(lived) == [
        ("2026-12", "paid"), ("2027-01", "skipped"), ("2027-03", "paid"), ("2027-04", "paid"), ("2027-05", "paid"),
    ]  # fmt: skip


def test_what_was_announced_is_left_out_and_what_comes_is_not() -> None:
    lived = life(*promised(15), (date(2027, 1, 10), "skip", None), months=3)
    assert states(lived) == [("2026-12", "paid"), ("2027-01", "skipped"), ("2027-02", "paid")]
    assert states(life(*promised(15), (date(2027, 1, 2), "skip", None), months=3)) == [
        ("2026-12", "paid"), ("2027-02", "paid"),
    ]  # fmt: skip


def test_nothing_is_debited_for_a_project_that_was_closed_after_the_notice() -> None:
    closed = Turn(datetime(2027, 1, 12, 5, tzinfo=zone_of("UTC")), "close", "wells")
    lived = life(*promised(15), months=3, diary=(closed,))
    assert states(lived)[:2] == [("2026-12", "paid"), ("2027-01", "skipped")]


def test_it_knows_when_a_project_takes_gifts() -> None:
    worlds = Worlds(Script(1, 24, (), tuple(turns(24))))

    def takes(project: str, year: int, month: int) -> bool:
        return worlds.takes(project, datetime(year, month, 15, tzinfo=zone_of("UTC")))

    assert [takes("clinic", 2027, month) for month in (2, 3, 4, 5)] == [True, False, False, True]
    assert [takes("winter", 2027, month) for month in (4, 6, 12)] == [True, False, False]
    assert [takes("roof", 2027, month) for month in (7, 8, 9)] == [True, False, False]


def test_ten_in_the_morning_there_and_never_a_message_at_night() -> None:
    assert due_at(DECEMBER, 31, "America/New_York").hour == 15
    night = datetime(2026, 12, 1, 15, 30, tzinfo=zone_of("UTC"))  # half past eleven in Shanghai
    assert by_day(night, None).astimezone(zone_of(None)).strftime("%d %H:%M") == "02 08:00"
    assert by_day(night, "Europe/Berlin") == night
