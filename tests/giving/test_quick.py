"""A dataclass that is made quickly is the same as one that is not."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace

import pytest

from giving.quick import quick


@dataclass(frozen=True, slots=True)
class Plain:
    number: int
    kind: str = "any"
    more: dict[str, int] = field(default_factory=dict)


@quick
@dataclass(frozen=True, slots=True)
class Quick:
    number: int
    kind: str = "any"
    more: dict[str, int] = field(default_factory=dict)


def test_it_takes_what_the_plain_one_takes():
    for args, named in (((1,), {}), ((1, "x"), {}), ((1,), {"kind": "y"}), ((), {"number": 2, "more": {"a": 1}})):
        plain, made = Plain(*args, **named), Quick(*args, **named)
        assert type(made) is Quick
        assert [getattr(made, f.name) for f in fields(Quick)] == [getattr(plain, f.name) for f in fields(Plain)]
        assert repr(made) == repr(plain).replace("Plain", "Quick")
    assert Quick(1).more is not Quick(1).more
    with pytest.raises(TypeError):
        Quick()  # type: ignore[call-arg]


def test_it_is_frozen_and_goes_by_what_is_in_it():
    made = Quick(1)
    with pytest.raises(FrozenInstanceError):
        made.number = 2  # type: ignore[misc]
    assert made == Quick(1) != Quick(2)
    assert replace(made, kind="z") == Quick(1, "z")
    assert copy.copy(made) == copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == made
