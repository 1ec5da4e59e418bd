"""Monthly giving in the chat: beginning it, what one gives, changing and ending it."""

from bot.pledge_cards.beginning import amounts, ask_amount, confirm, days, names, projects, tick, twice
from bot.pledge_cards.changing import (
    below,
    change,
    every_month,
    invoice,
    new_amount,
    new_day,
    new_way,
    pause,
    pay,
    save,
    where,
)
from bot.pledge_cards.keeping import card, listed, nothing_yet
from bot.pledge_cards.words import by_now, goal_title

__all__ = [
    "amounts", "ask_amount", "below", "by_now", "card", "change", "confirm", "days", "every_month", "goal_title",
    "invoice", "listed", "names", "new_amount", "new_day", "new_way", "nothing_yet", "pause", "pay", "projects", "save",
    "tick", "twice", "where",
]  # fmt: skip
