"""A creator switches a channel on; a follower tips; what both see."""

from typing import Final

from tools.pictures.camera import Chat, View
from tools.pictures.cast import CHANNEL, Cast, Scene, bot_of


def welcome(cast: Cast) -> View:
    cast.admin.ask("/start")
    return bot_of("admin")


def added(cast: Cast) -> View:
    cast.held["channel"] = cast.creator.wait(cast.words("bot-ready"), seconds=60)
    return bot_of("creator")


def choose(cast: Cast) -> View:
    cast.turn(cast.creator, "channel", cast.words("button-tipping-on"), lambda m: m.has(cast.title("libraries")))
    return bot_of("creator")


def confirm(cast: Cast) -> View:
    cast.turn(cast.creator, "channel", cast.title("libraries"), cast.has("button-confirm-on"))
    return bot_of("creator")


def on(cast: Cast) -> View:
    on_it = cast.first("chat-on", chat="", project="")
    cast.turn(cast.creator, "channel", cast.words("button-confirm-on"), on_it)
    return bot_of("creator")


def post(cast: Cast) -> View:
    text = cast.either("新书到了！三年级的小朋友自己拆的箱。", "The books are here. Grade three unpacked them.")
    said = cast.creator.say(text, CHANNEL)
    cast.held["post"] = cast.creator.wait_at(said, lambda m: m.has("¥1"), CHANNEL)
    return Chat("follower", CHANNEL)


def tip_card(cast: Cast) -> View:
    cast.held["card"] = cast.tips(cast.follower, cast.held["post"], "¥5")
    return bot_of("follower")


def receipt(cast: Cast) -> View:
    cast.pays(cast.follower, cast.held["card"])
    return bot_of("follower")


def counter(cast: Cast) -> View:
    label = cast.words("post-counter", donors=1, given="¥5")
    cast.creator.wait_at(cast.held["post"], lambda m: m.has(label), CHANNEL)
    return Chat("follower", CHANNEL)


SCENES: Final = (
    Scene("welcome", welcome),
    Scene("channel-added", added),
    Scene("channel-choose", choose),
    Scene("channel-confirm", confirm),
    Scene("channel-on", on),
    Scene("channel-post", post),
    Scene("tip-card", tip_card),
    Scene("tip-receipt", receipt),
    Scene("tip-counter", counter),
)
