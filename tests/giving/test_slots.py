"""Addresses made from names, and hidden amounts that a short list would tell."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giving.money import Money
from giving.people import Visibility
from giving.slots import slug_of, untold
from giving.tips import Tip


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("林晓雯", "林晓雯"),
        ("Ada Lovelace", "ada-lovelace"),
        ("  Ünï  Çode! ", "ünï-çode"),
        ("ＡＢＣ／１２３", "abc-123"),
        ("a/../../etc?x=1#y", "a-etc-x-1-y"),
        ("❤️🔥", "slot"),
        ("\u202eevil\u200b", "evil"),
        ("x" * 90, "x" * 32),
    ],
)
def test_an_address_is_the_names_letters_and_digits(name, slug):
    assert slug_of(name) == slug


def test_a_taken_address_gets_the_first_free_number():
    assert slug_of("Ada", frozenset({"ada", "ada-2", "ada-4"})) == "ada-3"


@given(st.text(max_size=80))
def test_no_name_makes_an_address_that_is_none(name):
    slug = slug_of(name)
    assert 1 <= len(slug) <= 64
    assert slug == slug_of(slug) or "-" in slug or len(slug) == 32
    assert not set("/?#% \n") & set(slug)


def gift(visibility: Visibility, donor: UUID | None = None) -> Tip:
    return Tip(
        uuid4(), donor or uuid4(), uuid4(), Money(100, "CNY"), visibility, "YZ", datetime(2026, 1, 1, tzinfo=UTC)
    )


def test_the_only_hidden_amount_of_a_complete_list_loses_its_name():
    hidden, shown = gift(Visibility.AMOUNT_HIDDEN), gift(Visibility.ANONYMOUS)
    assert untold([hidden, shown], 2) == {hidden.id}
    again = replace(hidden, id=uuid4())
    assert untold([hidden, again, shown], 3) == {hidden.id, again.id}
    assert untold([hidden, gift(Visibility.AMOUNT_HIDDEN), shown], 3) == frozenset()
    assert untold([hidden, shown], 30) == frozenset(), "what is not listed may be any of it"
    assert untold([shown], 1) == frozenset()
