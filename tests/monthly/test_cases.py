"""Lives that the dice come to seldom, played on both databases and compared with the model likewise."""

from datetime import UTC, date, datetime
from typing import Any, Final

from storage.engines import Engines
from tests.monthly.playing import played
from tests.monthly.script import ACTS_AT, Act, Donor, Goal, Script, Turn, local

FIRST: Final = date(2026, 12, 1)
CLOSES: Final = (
    Turn(datetime(2026, 12, 12, 5, tzinfo=UTC), "close", "wells"),
    Turn(datetime(2026, 12, 22, 5, tzinfo=UTC), "close", "trees"),
)


class Told(Script):
    """Nobody pays by hand; who is asked where to go on chooses `trees`, then `meals`."""

    def pays_after(self, donor: int, pledge: int, month: str) -> int | None:
        return None

    def pays_declined(self, donor: int, pledge: int, month: str, nth: int) -> int | None:
        return None

    def goes_on(self, donor: int, pledge: int, nth: int) -> tuple[int, str, Any] | None:
        return (2, "move", Goal("project", ("trees" if nth == 1 else "meals",))) if donor == 3 else None

    def takes_up(self, donor: int, pledge: int, nth: int) -> tuple[int, str, Any] | None:
        return None


def somebody(number: int, project: str, day: int, by: str, *acts: tuple[date, str, Any]) -> Donor:
    """Who promised twenty a month on the first of December, and does this."""
    of = {"wells": "green", "meals": "sunshine", "library": "sunshine"}[project]
    promise = (FIRST, "pledge", (Goal("project", (project,)), 2_000, day, by, 1))
    every = [*([(FIRST, "card", of)] if by == "saved" else []), promise, *acts]
    written = tuple(Act(local(on, ACTS_AT, None), what, 0, value) for on, what, value in every)
    return Donor(number, None, "en", written, forgetful=False, reads_news=False)


async def test_they_are_as_the_model_says(engines: Engines) -> None:
    declines, works = (date(2026, 12, 5), "declines", None), (date(2026, 12, 12), "works", None)
    donors = (
        # Two months are asked for at once: one of them is left out, and not the other.
        somebody(0, "meals", 28, "card", (date(2026, 12, 30), "day", 2), (date(2027, 1, 3), "skip", None)),
        # Changed between the first try and the second.
        somebody(1, "meals", 10, "saved", declines, (date(2026, 12, 11), "amount", 3_500), works),
        # Without a card it would be asked for by a link; its project closed after that was decided.
        somebody(2, "wells", 15, "saved", (date(2026, 12, 5), "drop", None)),
        # Where it goes on closes too, in the same month: they are asked again.
        somebody(3, "wells", 25, "saved"),
        # To another organisation, for which there is no card.
        somebody(4, "meals", 10, "saved", declines, (date(2026, 12, 11), "move", Goal("project", ("clinic",))), works),
        somebody(5, "library", 10, "saved", declines, (date(2026, 12, 11), "by_link", None)),
    )
    outcome = await played(engines, Told(1, 2, donors, CLOSES))
    assert not outcome.wrong, "\n".join(outcome.wrong)
    assert outcome.instalments == 11
