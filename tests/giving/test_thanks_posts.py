"""Whom a published thank-you names: totals agree, everything fits, and a change is seen."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from giving.thanks_posts import NAMES, NAMES_UNITS, WORDS_GRAPHEMES, WORDS_UNITS, Donor, fitting, shown, thanked, units

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.just("👩‍👩‍👧‍👦" * 40) | st.just("\u202e")
donors = st.lists(st.builds(Donor, st.uuids(), names), max_size=120, unique_by=lambda donor: donor.id)


@given(donors, st.integers(0, 50))
def test_everybody_is_thanked_once_by_name_in_the_number_or_in_silence(named, quiet):
    every = len(named) + quiet
    found = thanked(named, every)
    assert found.donors == every
    assert found.quiet >= quiet
    assert min(found.more, found.quiet) >= 0
    assert len(found.names) <= NAMES
    assert sum(units(name) + 5 for name in found.names) <= NAMES_UNITS


@given(st.text(max_size=500) | st.just("👩‍👩‍👧‍👦" * 400))
def test_words_fit_and_stay_as_they_are_once_they_do(words):
    kept = fitting(words)
    assert units(kept) <= WORDS_UNITS
    assert fitting(kept) == kept
    assert len(kept.split("\n")) == 1


def test_short_words_are_kept_whole():
    assert fitting("谢谢大家，下个月 11 号见") == "谢谢大家，下个月 11 号见"
    assert len(fitting("谢" * 400)) == WORDS_GRAPHEMES


@given(donors)
def test_the_same_people_in_another_order_are_the_same_preview(named):
    mark = shown("谢谢", named, len(named), [UUID(int=1)])
    assert mark == shown("谢谢", named[::-1], len(named), [UUID(int=1)])
    assert len(mark) == 64


def test_whatever_is_seen_makes_it_another_preview():
    alice, bob = Donor(UUID(int=1), "Alice"), Donor(UUID(int=2), "Bob")
    marks = {
        shown("谢谢", [alice, bob], 3, [UUID(int=9)]),
        shown("谢谢你", [alice, bob], 3, [UUID(int=9)]),
        shown("谢谢", [alice], 3, [UUID(int=9)]),
        shown("谢谢", [alice, Donor(bob.id, "Rob")], 3, [UUID(int=9)]),
        shown("谢谢", [alice, bob], 2, [UUID(int=9)]),
        shown("谢谢", [alice, bob], 3, [UUID(int=8)]),
    }
    assert len(marks) == 6
