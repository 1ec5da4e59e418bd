"""By what a gift is paid: at once or on the tab; how a tab is settled; a method that is saved."""

import time
from typing import Any, Final

from giving.tabs import DOUBLE_TAP
from tests.processes import Message, fetch, publish, switch_on
from tools.pictures.camera import View, Web
from tools.pictures.cast import CHANNEL, Cast, Scene, bot_of


def card_of(cast: Cast) -> str:
    return cast.words("rail-sandbox-card")


def by_card(cast: Cast) -> str:
    """The button that puts a gift on the tab."""
    return cast.words("button-way-tab", rail=card_of(cast), sum="¥30")


def tab_of(cast: Cast) -> Message:
    """Their tab, whatever else they are told meanwhile."""
    said, title = cast.follower.say("/tab"), cast.words("tab-title", sum="¥").partition("¥")[0]
    return cast.follower.wait(lambda m: not m.out and m.text.startswith(title), after=said.id)


def choice(cast: Cast) -> View:
    """A wallet that is paid from at once, or a card that carries no ¥1."""
    added = cast.creator.wait(cast.words("bot-ready"), seconds=60)
    switch_on(cast.creator, added, cast.title("libraries"), cast.language)
    cast.held["post"] = publish(cast.creator, cast.either("新书到了！", "The books are here."))
    for person in (cast.follower, cast.admin):
        person.ask("/start")
    cast.held["card"] = cast.tips(cast.follower, cast.held["post"], "¥1")
    return bot_of("follower")


def promised(cast: Cast) -> View:
    cast.turn(cast.follower, "card", by_card(cast), cast.has("button-promise-off"))
    return bot_of("follower")


def payable(cast: Cast) -> View:
    """From the second time on a tap is answered at once."""
    cast.follower.tap(cast.held["post"], "¥3", CHANNEL)
    cast.held["tab"] = tab_of(cast)
    return bot_of("follower")


def settle(cast: Cast) -> View:
    label = cast.words("button-tab-pay", sum="¥4", name="")
    cast.turn(cast.follower, "tab", label, lambda m: any("/pay/" in button.get("url", "") for button in m.buttons))
    return bot_of("follower")


def linked(message: Message, path: str) -> str:
    """Where a button leads."""
    return next(str(button["url"]) for button in message.buttons if path in button.get("url", ""))


def acted(address: str, action: str) -> Any:
    """What a person chooses on a page of the sandbox's."""
    return fetch("POST", address, {"action": action}).json


def pay_page(cast: Cast) -> View:
    return Web(linked(cast.held["tab"], "/pay/"))


def save(cast: Cast) -> View:
    """After it was paid, and promised anew."""
    acted(linked(cast.held["tab"], "/pay/"), "pay")
    cast.follower.wait(cast.words("receipt-thanks-many", count=2), after=cast.held["tab"].id)
    cast.follower.tap(cast.held["post"], "¥3", CHANNEL)
    cast.held["tab"] = tab_of(cast)
    cast.turn(cast.follower, "tab", cast.words("button-tab-save"), cast.has("button-tab-save-open"))
    return bot_of("follower")


def save_page(cast: Cast) -> View:
    return Web(linked(cast.held["tab"], "/save/"))


def saved(cast: Cast) -> View:
    acted(linked(cast.held["tab"], "/save/"), "save")
    label = cast.words("button-tab-forget", method="")
    for _ in range(50):
        cast.held["tab"] = tab_of(cast)
        if cast.held["tab"].has(label):
            break
    return bot_of("follower")


def notice(cast: Cast) -> View:
    """What they chose is reached: in three days it is charged."""
    label = cast.words("button-tab-settle-at", sum="¥30")
    cast.turn(cast.follower, "tab", label, lambda m: m.has("¥10"))
    cast.turn(cast.follower, "tab", "¥10", cast.has("button-tab-month", sum="¥100"))
    for _ in range(3):
        time.sleep(DOUBLE_TAP.total_seconds() + 0.5)  # or it is the same promise
        cast.follower.tap(cast.held["post"], "¥3", CHANNEL)
    cast.held["notice"] = cast.follower.wait(cast.has("button-tab-change"), after=cast.held["tab"].id, seconds=90)
    return bot_of("follower")


def changed(cast: Cast) -> View:
    cast.follower.tap(cast.held["notice"], cast.words("button-tab-change"))
    cast.held["tab"] = cast.follower.wait(cast.words("tab-title", sum="¥12"), after=cast.held["notice"].id)
    return bot_of("follower")


def gifts(cast: Cast) -> View:
    cast.follower.ask("/gifts")
    return bot_of("follower")


SCENES: Final = (
    Scene("rail-choice", choice),
    Scene("tab-promised", promised),
    Scene("tab", payable),
    Scene("tab-settle", settle),
    Scene("tab-pay-page", pay_page),
    Scene("tab-save", save),
    Scene("tab-save-page", save_page),
    Scene("tab-saved", saved),
    Scene("tab-notice", notice),
    Scene("tab-change", changed),
    Scene("gifts-apart", gifts),
)
