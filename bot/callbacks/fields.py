"""What several buttons carry: our ids in 22 characters, pages, amounts."""

from typing import Annotated
from uuid import UUID

from aiogram.filters.callback_data import CallbackData
from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from giving.ids import id_of, token_of
from giving.money import Money


def _id(value: object) -> UUID:
    found = value if isinstance(value, UUID) else id_of(str(value))
    if found is None:
        raise ValueError("not an id of ours")
    return found


def _currency(value: str) -> str:
    return Money(0, value).currency


# aiogram writes a UUID as 32 hex digits; two of them and a prefix would not fit.
Id = Annotated[UUID, BeforeValidator(_id), PlainSerializer(token_of)]
Page = Annotated[int, Field(ge=0, le=10**6)]


class Amount(CallbackData, prefix="-"):
    """An amount, for what the button's own kind names."""

    minor: int
    currency: Annotated[str, AfterValidator(_currency)]

    @property
    def amount(self) -> Money:
        """What the button said."""
        return Money(self.minor, self.currency)
