"""Frozen dataclasses that are made quickly: what every tip makes a score of.

The __init__ of a frozen dataclass goes through object.__setattr__ for each field: 1.6 µs for a tip's twenty. Here a
twin that is not frozen takes the fields, and then becomes the frozen one: 0.5 µs. Nobody ever sees the twin. For a
dataclass of few fields it is not worth it, and for one with a __post_init__ it is not made.
"""

from dataclasses import MISSING, Field, field, fields, make_dataclass
from typing import Any, TypeVar

T = TypeVar("T")


def quick(frozen: type[T]) -> type[T]:
    """Stands above `@dataclass(frozen=True, slots=True)`; nothing else about the class changes."""
    its: tuple[Field[Any], ...] = fields(frozen)  # type: ignore[arg-type]  # a dataclass it is
    specs = [(one.name, one.type, _default(one)) for one in its]
    twin: Any = make_dataclass(frozen.__name__, specs, slots=True, eq=False, repr=False)

    def make(kind: type[T], /, *args: Any, **named: Any) -> T:
        made = twin(*args, **named)
        made.__class__ = kind
        return made  # type: ignore[no-any-return]

    def values(self: T) -> tuple[Any, ...]:
        return tuple(getattr(self, one.name) for one in its)

    kind: Any = frozen
    kind.__new__ = make
    kind.__getnewargs__ = values  # for copy and pickle
    del kind.__init__
    return frozen


def _default(one: Field[Any]) -> Any:
    if one.default_factory is not MISSING:
        return field(default_factory=one.default_factory)
    return field() if one.default is MISSING else field(default=one.default)
