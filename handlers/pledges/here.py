"""What the handlers of monthly giving need besides what all do."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from aiogram import BaseMiddleware
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot import pledge_cards as cards
from bot.cards import Rendered
from bot.pledge_notices import is_of_several
from giving.errors import GivingError, PledgeBelow, PledgeTwice
from giving.money import Money
from handlers import here
from services.pledges import PledgeCard, PledgeChanges, PledgePages, PledgeService
from services.rails.methods import MethodService


class PledgeDialog(StatesGroup):
    """`amount` is typed for `what`, or for a `pledge` there is; `ticking`: which projects are `ticked` so far."""

    amount = State()
    ticking = State()


class AnsweredByButton(BaseMiddleware):
    """Who was asked how much and presses any button of monthly giving types no amount any more; ticks are kept."""

    async def __call__(self, handler: Any, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Before the button's own handler, which may ask anew."""
        state: FSMContext | None = data.get("state")
        if state is not None and data.get("raw_state") == PledgeDialog.amount.state:
            if (await state.get_data()).get("ticked"):
                await state.set_state(PledgeDialog.ticking)
            else:
                await state.clear()
        return await handler(event, data)


@dataclass(frozen=True, slots=True)
class Here(here.Here):
    """With the pledges."""

    pledges: PledgeService
    pledge_changes: PledgeChanges
    pledge_pages: PledgePages
    methods: MethodService

    async def ask_how_much(self, state: FSMContext, about: Mapping[str, Any]) -> None:
        """What they type next in the private chat is the amount (beginning.typed), wherever they were asked from."""
        chat = self.person.telegram_id
        mine = replace(state.key, chat_id=chat, user_id=chat, thread_id=None)
        dialog = FSMContext(storage=state.storage, key=mine)
        await dialog.set_state(PledgeDialog.amount)
        await dialog.set_data(dict(about))

    def sum_of(self, minor: int) -> Money:
        """What a button said, in the money that is given in here."""
        return Money(minor, self.pledges.limits.least.currency)

    async def twice(self, refused: PledgeTwice) -> Rendered:
        """The pledge they have for it already. Raises: NotYours."""
        known = refused.args_for_message["pledge"]
        card = await self.pledges.card(known if isinstance(known, UUID) else UUID(int=0), self.person)
        return cards.twice(self.texts, self.language, card)

    async def new_amount(self, pledge: UUID, amount: Money, every: int = 0) -> Rendered:
        """So much from now on, `every` so many months (0: as it is); where it can't be paid so, how it can.

        Raises: NotYours, PledgeOver.
        """
        try:
            if every:
                by = cards.by_now((await self.pledges.card(pledge, self.person)).pledge)
                card = await self.pledge_changes.change_way(pledge, self.person, by, amount=amount, every=every)
            else:
                card = await self.pledge_changes.change_amount(pledge, self.person, amount)
        except PledgeBelow:
            return await self.below(pledge, amount, every)
        return cards.card(self.texts, self.language, card, self.chat("pledge-amount-changed"))

    async def below(self, pledge: UUID, amount: Money, every: int = 0) -> Rendered:
        """By what so little can be paid."""
        card = await self.pledges.card(pledge, self.person)
        ways = await self.pledges.ways_of(card, amount, self.person)
        return cards.below(
            self.texts, self.language, card, amount, ways, self.pledges.as_one(amount), every or card.pledge.every
        )

    async def turn(self, query: CallbackQuery, shown: Rendered) -> None:
        """In place; what tells of several pledges stays as it is, for the others, and the answer stands below."""
        message = query.message
        if isinstance(message, Message) and is_of_several(message.reply_markup):
            await self.say.send(self.person.telegram_id, shown)
        else:
            await self.say.turn(query, shown)

    async def turn_card(self, query: CallbackQuery, card: PledgeCard, said: str, **args: object) -> None:
        """What was done, and what happens next, in place."""
        await self.turn(query, cards.card(self.texts, self.language, card, self.chat(said, **args)))
        await self.say.answer(query)

    async def as_it_is(self, query: CallbackQuery, pledge: UUID, why: GivingError) -> None:
        """What the button said is not so any more: nothing is done, the pledge is shown, and why is said."""
        card = await self.pledges.card(pledge, self.person)
        await self.turn(query, cards.card(self.texts, self.language, card))
        await self.say.answer(query, self.plain(why.message_key), alert=True)
