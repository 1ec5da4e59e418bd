"""How far a day is where no pool measures it: what each project lacked, and no further than that."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from giving.giving_days import DayStanding, GivingDay, Goal, ProjectShare
from giving.money import Money
from giving.projects import Organisation, Project, ProjectCard, ProjectState, ProjectText, Tally

AT = datetime(2026, 12, 11, tzinfo=UTC)
HOPE = Organisation(UUID(int=1), "hope", {"en": "Hope"}, verified_at=AT)


def share(target: int, before: int, given: int, *, closed: bool = False) -> ProjectShare:
    """A project that had `before` of its target when the day began, and got `given` on it; yuan."""
    state = ProjectState.CLOSED if closed else ProjectState.OPEN
    texts = {"en": ProjectText("Books", "", "", "")}
    project = Project(UUID(int=2), "books", HOPE, state, Money(target * 100, "CNY"), texts)
    return ProjectShare(ProjectCard(project, Tally(cny(before + given))), cny(given))


def cny(yuan: int) -> Money:
    return Money(yuan * 100, "CNY")


def goal(*shares: ProjectShare) -> Goal | None:
    """Of a day on which they got what they got."""
    day = GivingDay(
        UUID(int=3), "x", {"en": "X"}, "", (), AT, AT + timedelta(days=1), AT + timedelta(days=2), (cny(1),)
    )
    raised, nothing = Tally(cny(sum(each.given.minor // 100 for each in shares))), cny(0)
    return DayStanding(day, raised, nothing, nothing, nothing, tuple(shares)).goal


def percent(*shares: ProjectShare) -> int | None:
    found = goal(*shares)
    return found.percent if found is not None else None


def test_what_one_project_gets_too_much_is_not_what_another_lacks():
    library, meals = share(10, 0, 100), share(90, 0, 0)
    assert percent(library, meals) == 10
    assert percent(library, share(90, 0, 90)) == 100


def test_what_came_before_the_day_is_no_part_of_it():
    assert percent(share(100, 60, 20)) == 50
    assert percent(share(100, 100, 20)) is None


def test_a_project_that_closed_lacks_nothing_more_while_another_takes_gifts():
    assert percent(share(100, 0, 50, closed=True), share(100, 0, 0)) == 33
    assert percent(share(100, 0, 50, closed=True), share(100, 0, 100)) == 100
    assert percent(share(100, 0, 0, closed=True), share(100, 0, 40)) == 40


def test_a_day_whose_projects_all_closed_has_not_made_it_for_that():
    assert percent(share(100, 0, 50, closed=True), share(100, 0, 0, closed=True)) == 25
    assert percent(share(100, 0, 100, closed=True)) == 100


SHARES = st.lists(
    st.builds(share, st.integers(1, 300), st.integers(0, 300), st.integers(0, 300), closed=st.booleans()),
    min_size=1, max_size=5,
)  # fmt: skip


@given(SHARES)
def test_the_whole_is_reached_only_where_nothing_that_takes_gifts_lacks_any(shares: Sequence[ProjectShare]):
    found = goal(*shares)
    if found is None:
        return
    assert 0 <= found.percent <= 100
    if any(each.card.project.open for each in shares):
        assert (found.percent == 100) == (not any(each.needs for each in shares))
