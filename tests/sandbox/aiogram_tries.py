"""aiogram's Bot tries the methods for files, money, copies, inline mode and ephemeral messages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    BufferedInputFile,
    EphemeralMessageParameters,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputMediaPhoto,
    InputTextMessageContent,
    LabeledPrice,
    Message,
    ReactionTypeEmoji,
    TransactionPartnerUser,
)

from sandbox.telegram.files import placeholder
from tests.sandbox.conftest import BOT, CHANNEL, CREATOR, FOLLOWER, Client

PICTURE = placeholder(30, 20)
STARS = [LabeledPrice(label="a gift", amount=5)]
BUTTON = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="A", callback_data="a")]])


def picture(name: str = "a.png") -> BufferedInputFile:
    return BufferedInputFile(PICTURE, name)


async def photo(bot: Bot, box: Client) -> None:
    sent = await bot.send_photo(CREATOR, picture(), caption="<b>好</b>", reply_markup=BUTTON)
    assert sent.photo
    assert (sent.photo[-1].width, sent.photo[-1].height, sent.caption) == (30, 20, "好")
    again = await bot.send_photo(CHANNEL, sent.photo[-1].file_id, has_spoiler=True)
    assert again.photo
    assert again.photo[-1].file_unique_id == sent.photo[-1].file_unique_id
    with pytest.raises(TelegramBadRequest, match="wrong file identifier"):
        await bot.send_photo(CREATOR, "nothing")
    with pytest.raises(TelegramBadRequest, match="IMAGE_PROCESS_FAILED"):
        await bot.send_photo(CREATOR, BufferedInputFile(b"no picture", "a.png"))
    with pytest.raises(TelegramBadRequest, match="caption is too long"):
        await bot.send_photo(CREATOR, picture(), caption="长" * 1025)


async def document(bot: Bot, box: Client) -> None:
    sent = await bot.send_document(CREATOR, BufferedInputFile(b'{"a": 1}', "me.json"), caption="yours")
    assert sent.document
    assert sent.document.file_name == "me.json"
    content = await bot.download(sent.document.file_id)
    assert isinstance(content, BytesIO)
    assert content.read() == b'{"a": 1}'
    with pytest.raises(TelegramBadRequest, match="invalid file_id"):
        await bot.get_file("nothing")


async def sticker(bot: Bot, box: Client) -> None:
    sent = await bot.send_sticker(CREATOR, picture(), emoji="👍")
    assert sent.sticker
    assert sent.sticker.emoji == "👍"


async def album(bot: Bot, box: Client) -> None:
    media: list[Any] = [InputMediaPhoto(media=picture("1.png"), caption="one"), InputMediaPhoto(media=picture("2.png"))]
    first, second = await bot.send_media_group(CREATOR, media)
    assert first.media_group_id == second.media_group_id is not None
    assert (first.caption, second.caption) == ("one", None)
    with pytest.raises(TelegramBadRequest, match="2-10"):
        await bot.send_media_group(CREATOR, media[:1])


async def caption(bot: Bot, box: Client) -> None:
    sent = await bot.send_photo(CREATOR, picture())
    edited = await bot.edit_message_caption(chat_id=CREATOR, message_id=sent.message_id, caption="new")
    assert isinstance(edited, Message)
    assert edited.caption == "new"
    with pytest.raises(TelegramBadRequest, match="there is no text in the message to edit"):
        await edited.edit_text("x")
    plain = await bot.send_message(CREATOR, "x")
    with pytest.raises(TelegramBadRequest, match="there is no caption in the message to edit"):
        await plain.edit_caption(caption="x")


async def copy(bot: Bot, box: Client) -> None:
    made = await bot.copy_message(CREATOR, CHANNEL, 1)
    assert made.message_id == 2
    with pytest.raises(TelegramBadRequest, match="message to copy not found"):
        await bot.copy_message(CREATOR, CHANNEL, 99)


async def forward(bot: Bot, box: Client) -> None:
    made = await bot.forward_message(CREATOR, CHANNEL, 1)
    assert made.forward_origin
    assert made.forward_origin.type == "channel"
    (again,) = await bot.forward_messages(CREATOR, CREATOR, [made.message_id, 99])
    assert again.message_id == made.message_id + 1


async def pins(bot: Bot, box: Client) -> None:
    await box.updates()
    assert await bot.pin_chat_message(CREATOR, 1)
    assert await bot.pin_chat_message(CREATOR, 1)
    (update,) = await bot.get_updates()
    assert update.message
    assert isinstance(update.message.pinned_message, Message)
    assert (await bot.get_chat(CREATOR)).pinned_message
    assert await bot.unpin_chat_message(CREATOR)
    assert (await bot.get_chat(CREATOR)).pinned_message is None
    assert await bot.unpin_all_chat_messages(CREATOR)


async def reaction(bot: Bot, box: Client) -> None:
    assert await bot.set_message_reaction(CREATOR, 1, [ReactionTypeEmoji(emoji="👍")])
    (message,) = (await box.api("GET", f"/users/{CREATOR}/chats/{BOT}/messages"))["messages"]
    assert message["reactions"] == {"👍": 1}
    assert await bot.set_message_reaction(CREATOR, 1, [])
    with pytest.raises(TelegramBadRequest, match="REACTION_INVALID"):
        await bot.set_message_reaction(CREATOR, 1, [ReactionTypeEmoji(emoji="🐌")])


async def invoice(bot: Bot, box: Client) -> None:
    sent = await bot.send_invoice(CREATOR, "Gift", "for a school", "payload", "XTR", STARS, provider_token="")
    assert sent.invoice
    assert sent.reply_markup
    assert (sent.invoice.total_amount, sent.reply_markup.inline_keyboard[0][0].pay) == (5, True)
    with pytest.raises(TelegramBadRequest, match="exactly one item"):
        await bot.send_invoice(CREATOR, "Gift", "d", "p", "XTR", STARS * 2)
    with pytest.raises(TelegramBadRequest, match="CURRENCY_TOTAL_AMOUNT_INVALID"):
        await bot.send_invoice(CREATOR, "Gift", "d", "p", "CNY", STARS, provider_token="t")
    with pytest.raises(TelegramBadRequest, match="title"):
        await bot.send_invoice(CREATOR, "G" * 33, "d", "p", "XTR", STARS)


async def subscription(bot: Bot, box: Client) -> None:
    """By link, paid every 30 days: told, taken again, ended."""
    await box.updates()
    link = await bot.create_invoice_link("Gift", "monthly", "monthly", "XTR", STARS, subscription_period=2592000)
    buying = asyncio.create_task(box.api("POST", f"/users/{FOLLOWER}/purchases", {"invoice": link}))
    (update,) = await bot.get_updates(timeout=5)
    assert update.pre_checkout_query
    assert await update.pre_checkout_query.as_(bot).answer(ok=True)
    charge = (await buying)["charge"]
    assert await box.api("POST", f"/users/{FOLLOWER}/subscriptions", {"charge": charge, "act": "renew"})
    (_, first, second) = await bot.get_updates()
    told = [one.message.successful_payment for one in (first, second) if one.message]
    assert [(one.is_recurring, one.is_first_recurring) for one in told if one] == [(True, True), (True, None)]
    assert await bot.edit_user_star_subscription(FOLLOWER, charge, is_canceled=True)


async def purchase(bot: Bot, box: Client) -> None:
    """By link: asked, answered, thanked, refunded."""
    await box.updates()
    link = await bot.create_invoice_link("Gift", "for a school", "payload", "XTR", STARS)
    buying = asyncio.create_task(box.api("POST", f"/users/{FOLLOWER}/purchases", {"invoice": link}))
    (update,) = await bot.get_updates(timeout=5)
    query = update.pre_checkout_query
    assert query
    assert (query.from_user.id, query.total_amount, query.invoice_payload) == (FOLLOWER, 5, "payload")
    assert await query.as_(bot).answer(ok=True)
    bought = await buying
    assert bought["paid"] is True
    (_, paid) = await bot.get_updates()
    assert paid.message
    assert paid.message.successful_payment
    assert paid.message.successful_payment.telegram_payment_charge_id == bought["charge"]
    assert (await bot.get_my_star_balance()).amount == 5
    (listed,) = (await bot.get_star_transactions()).transactions
    assert (listed.id, listed.amount) == (bought["charge"], 5)
    assert isinstance(listed.source, TransactionPartnerUser)
    assert (listed.source.user.id, listed.source.invoice_payload) == (FOLLOWER, "payload")
    with pytest.raises(TelegramBadRequest, match="CHARGE_ID_INVALID"):
        await bot.refund_star_payment(CREATOR, bought["charge"])
    assert await bot.refund_star_payment(FOLLOWER, bought["charge"])
    with pytest.raises(TelegramBadRequest, match="CHARGE_ALREADY_REFUNDED"):
        await bot.refund_star_payment(FOLLOWER, bought["charge"])
    refund = (await bot.get_updates())[-1].message
    assert refund
    assert refund.refunded_payment
    back = (await bot.get_star_transactions(offset=1)).transactions[0]
    assert isinstance(back.receiver, TransactionPartnerUser)
    assert (back.id, back.receiver.user.id) == (bought["charge"], FOLLOWER)
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await query.as_(bot).answer(ok=True)


async def inline(bot: Bot, box: Client) -> None:
    await box.updates()
    await box.api("PUT", f"/bots/{BOT}", {"inline": True, "inline_feedback": True})
    assert (await bot.get_me()).supports_inline_queries
    asking = asyncio.create_task(box.api("POST", f"/users/{CREATOR}/inline", {"query": "书", "chat": CHANNEL}))
    (update,) = await bot.get_updates(timeout=5)
    query = update.inline_query
    assert query
    assert (query.query, query.chat_type) == ("书", "channel")
    content = InputTextMessageContent(message_text="<b>一本书</b>")
    results = [InlineQueryResultArticle(id=str(i), title="书", input_message_content=content) for i in range(51)]
    with pytest.raises(TelegramBadRequest, match="RESULTS_TOO_MUCH"):
        await query.as_(bot).answer(list(results))
    results[0].reply_markup = BUTTON
    assert await query.as_(bot).answer(list(results[:50]), cache_time=1)
    offered = await asking
    assert len(offered["results"]) == 50
    body = {"result": "0", "chat": CHANNEL}
    sent = (await box.api("POST", f"/users/{CREATOR}/inline/{offered['query']}", body))["message"]
    assert (sent["html"], sent["via"]) == ("<b>一本书</b>", "yizan_bot")
    *_, post, chosen = await bot.get_updates()
    assert post.channel_post
    assert post.channel_post.via_bot
    assert chosen.chosen_inline_result
    name = chosen.chosen_inline_result.inline_message_id
    assert await bot.edit_message_text("changed", inline_message_id=name) is True


async def ephemeral(bot: Bot, box: Client) -> None:
    """One member of a group sees it, also instead of what they tapped."""
    new = {"type": "supergroup", "title": "读书群", "members": [BOT, FOLLOWER]}
    group = (await box.api("POST", f"/users/{CREATOR}/chats", new))["chat"]["id"]
    await box.updates()
    sent = await bot.send_message(group, "tap", reply_markup=BUTTON)
    tap = {"chat": group, "message": sent.message_id, "button": 0}
    tapping = asyncio.create_task(box.api("POST", f"/users/{FOLLOWER}/taps", tap))
    (update,) = await bot.get_updates(timeout=5)
    assert update.callback_query
    query = update.callback_query
    await query.as_(bot).answer()
    await tapping
    one = EphemeralMessageParameters(
        receiver_user_id=FOLLOWER, callback_query_id=query.id, replace_callback_query_message=True
    )
    only = await bot.send_photo(
        group, picture(), caption="only you", reply_markup=BUTTON, ephemeral_message_parameters=one
    )
    assert (only.message_id, only.ephemeral_message_id) == (0, 1)
    assert only.receiver_user
    which = {"chat_id": group, "receiver_user_id": FOLLOWER, "ephemeral_message_id": 1}
    assert await bot.edit_ephemeral_message_caption(**which, caption="still only you", reply_markup=BUTTON)
    assert [(m["id"], m["text"]) for m in await _last(box, FOLLOWER, group)] == [(-1, "still only you")]
    assert [m["text"] for m in await _last(box, CREATOR, group)] == ["tap"]
    text = EphemeralMessageParameters(receiver_user_id=FOLLOWER)
    with pytest.raises(TelegramBadRequest, match="not enough rights to send ephemeral messages"):
        await bot.send_message(group, "hush", ephemeral_message_parameters=text)
    await box.api("POST", f"/users/{CREATOR}/chats/{group}/members", {"user": BOT, "status": "administrator"})
    await box.updates()
    await bot.send_message(group, "hush", ephemeral_message_parameters=text)
    which["ephemeral_message_id"] = 2
    assert await bot.edit_ephemeral_message_text(**which, text="hush now")
    assert await bot.edit_ephemeral_message_reply_markup(**which, reply_markup=BUTTON)
    own = asyncio.create_task(box.api("POST", f"/users/{FOLLOWER}/taps", {"chat": group, "message": -2, "button": 0}))
    (update,) = await bot.get_updates(timeout=5)
    assert update.callback_query
    assert isinstance(update.callback_query.message, Message)
    assert update.callback_query.message.ephemeral_message_id == 2
    assert await update.callback_query.as_(bot).answer()
    await own
    assert await bot.delete_ephemeral_message(**which)
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await bot.delete_ephemeral_message(**which)
    with pytest.raises(TelegramBadRequest, match="USER_NOT_PARTICIPANT"):
        await bot.send_message(group, "x", ephemeral_message_parameters=EphemeralMessageParameters(receiver_user_id=7))
    with pytest.raises(TelegramBadRequest, match="only in groups"):
        await bot.send_message(CREATOR, "x", ephemeral_message_parameters=text)


async def _last(box: Client, person: int, chat: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = (await box.api("GET", f"/users/{person}/chats/{chat}/messages"))["messages"]
    return found[-1:]


MORE: dict[str, Callable[[Bot, Client], Awaitable[None]]] = {
    "sendPhoto": photo,
    "sendDocument": document,
    "getFile": document,
    "sendSticker": sticker,
    "sendMediaGroup": album,
    "editMessageCaption": caption,
    "copyMessage": copy,
    "forwardMessage": forward,
    "forwardMessages": forward,
    "pinChatMessage": pins,
    "unpinChatMessage": pins,
    "unpinAllChatMessages": pins,
    "setMessageReaction": reaction,
    "sendInvoice": invoice,
    "createInvoiceLink": purchase,
    "answerPreCheckoutQuery": purchase,
    "refundStarPayment": purchase,
    "getMyStarBalance": purchase,
    "getStarTransactions": purchase,
    "editUserStarSubscription": subscription,
    "answerInlineQuery": inline,
    "editEphemeralMessageText": ephemeral,
    "editEphemeralMessageCaption": ephemeral,
    "editEphemeralMessageReplyMarkup": ephemeral,
    "deleteEphemeralMessage": ephemeral,
}
