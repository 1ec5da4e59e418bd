"""What a follower asks the bot for in private."""

from typing import Final

from tests.processes import is_card
from tools.pictures.camera import View
from tools.pictures.cast import Cast, Scene, bot_of


def give(cast: Cast) -> View:
    cast.held["give"] = cast.follower.ask("/give")
    return bot_of("follower")


def project(cast: Cast) -> View:
    cast.turn(cast.follower, "give", cast.title("spring"), lambda m: m.has("¥10"))
    return bot_of("follower")


def amount(cast: Cast) -> View:
    cast.follower.tap(cast.held["give"], cast.words("button-other"))
    cast.follower.wait(lambda m: m.has(cast.words("button-leave")))
    told = cast.follower.ask(cast.either("许多许多", "a whole lot"))
    cast.follower.call("POST", "/messages", {"chat": "@yizan_bot", "sticker": "👍"})
    cast.follower.wait(lambda m: not m.out, after=told.id)
    return bot_of("follower")


def hidden(cast: Cast) -> View:
    card = cast.follower.ask("6.66")
    if not is_card(card):
        raise RuntimeError(card.text)
    cast.follower.tap(card, cast.words("button-see-amount-hidden", name="陈默"))
    cast.follower.wait_at(card, lambda m: m.has("✓ " + cast.words("button-see-amount-hidden", name="陈默")))
    cast.held["unpaid"] = card
    return bot_of("follower")


def cancelled(cast: Cast) -> View:
    cast.follower.tap(cast.held["unpaid"], cast.words("button-cancel"))
    cast.follower.wait_at(cast.held["unpaid"], lambda m: not is_card(m))
    return bot_of("follower")


def search(cast: Cast) -> View:
    asked = cast.follower.ask("/give")
    cast.follower.tap(asked, cast.words("button-search"))
    cast.follower.wait(lambda m: cast.first("project-search") in m.text)
    cast.follower.ask(cast.either("水", "water"))
    return bot_of("follower")


def asked(command: str) -> Scene:
    """The answer to a command."""

    def play(cast: Cast) -> View:
        cast.follower.ask(command)
        return bot_of("follower")

    return Scene(command.removeprefix("/"), play)


SCENES: Final = (
    Scene("give-list", give),
    Scene("give-project", project),
    Scene("give-amount", amount),
    Scene("give-amount-hidden", hidden),
    Scene("give-cancelled", cancelled),
    Scene("give-search", search),
    asked("/gifts"),
    asked("/help"),
    asked("/language"),
    asked("/privacy"),
    asked("/paysupport"),
    asked("/terms"),
)
