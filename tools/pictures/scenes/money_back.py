"""A gift that is taken back, or asked for; who decides; what those who look after the money are told."""

import sqlite3
from typing import Final

from tests.processes import Message, command
from tools.pictures.camera import View
from tools.pictures.cast import Cast, Scene, bot_of


def given(cast: Cast, amount: str) -> Message:
    """A receipt, paid from the wallet."""
    card = cast.tips(cast.follower, cast.held["post"], amount)
    label = cast.words("button-way-now", rail=cast.words("rail-sandbox"))
    if card.has(label):  # they chose the card before
        cast.follower.tap(card, label)
        card = cast.follower.wait_at(card, lambda m: not m.has(label))
    return cast.pays(cast.follower, card)


def undo(cast: Cast) -> View:
    receipt = given(cast, "¥10")
    cast.follower.tap(receipt, cast.words("button-undo", amount="¥10"))
    cast.follower.wait(cast.first("refund-told", amount="¥10", project="", code=""), after=receipt.id)
    return bot_of("follower")


def too_late(cast: Cast) -> View:
    """An hour has passed, since they paid and since they were told."""
    cast.held["late"] = given(cast, "¥10")
    with sqlite3.connect(cast.stage.database.removeprefix("sqlite:///")) as books:
        for table, column, of in (
            ("tips", "paid_at", "paid"),
            ("tips", "booked_at", "paid"),
            ("outbox", "sent_at", "sent"),
        ):
            earlier = f"UPDATE {table} SET {column} = datetime({column}, '-1 hour') || '.000000' WHERE state = ?"
            books.execute(earlier, (of,))
    books.close()
    label = cast.words("button-undo", amount="¥10")
    cast.turn(cast.follower, "late", label, cast.has("button-refund-wish", amount="¥10"))
    return bot_of("follower")


def waiting(cast: Cast) -> View:
    """The alert came by itself; /refunds shows what waits."""
    label = cast.words("button-refund-wish", amount="¥10")
    cast.turn(cast.follower, "late", label, lambda m: not m.has(label))
    cast.admin.wait(cast.words("alert-refund-wished", amount="¥10"))
    cast.held["refunds"] = cast.admin.ask("/refunds")
    return bot_of("admin")


def why(cast: Cast) -> View:
    cast.admin.tap(cast.held["refunds"], cast.words("button-refund-yes"))
    cast.admin.wait(cast.words("refunds-ask-reason"))
    cast.admin.ask(cast.either("点错了金额，已和捐赠人确认。", "A wrong amount; the donor has confirmed it."))
    return bot_of("admin")


def difference(cast: Cast) -> View:
    """The provider's list is wrong about one payment, and the comparison finds exactly that one."""
    records = cast.stage.rail("GET", "/records?since=0&until=9999999999")["records"]
    wrong = next(one for one in records if one["kind"] == "payment")
    cast.stage.rail("PUT", f"/records/payment/{wrong['id']}", {"amount_minor": 999})
    command("reconcile", "--rail", "sandbox", **cast.stage.settings)
    cast.admin.wait(lambda m: wrong["id"] in m.text, seconds=60)
    return bot_of("admin")


SCENES: Final = (
    Scene("refund-undone", undo),
    Scene("refund-late", too_late),
    Scene("refunds-waiting", waiting),
    Scene("refunds-decided", why),
    Scene("alert-difference", difference),
)
