"""What a follower sees in the private chat: tips, receipts, gifts, projects. Pure: data in, text and keyboard out."""

from bot.cards.projects import ask_amount, post, project, project_items, project_list, project_text
from bot.cards.rendered import Rendered, paragraphs
from bot.cards.tips import cancelled, gifts, paid, paid_twice, receipts, refunded, take_back_asked, tip

__all__ = [
    "Rendered",
    "ask_amount",
    "cancelled",
    "gifts",
    "paid",
    "paid_twice",
    "paragraphs",
    "post",
    "project",
    "project_items",
    "project_list",
    "project_text",
    "receipts",
    "refunded",
    "take_back_asked",
    "tip",
]
