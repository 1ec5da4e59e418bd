"""What can't be: switched off, closed, changed, old, forged, not one's own; and a machine that fails."""

import sqlite3
from typing import Final

from tests.processes import switch_on
from tools.pictures.camera import Chat, View
from tools.pictures.cast import BOT, CHANNEL, GROUP, Cast, Scene, bot_of
from tools.pictures.scenes.creators import card_again


def forged(cast: Cast) -> View:
    cast.follower.ask("/start p_AAAAAAAAAAAAAAAAAAAAAA")
    cast.follower.ask("/start c_zzz")
    return bot_of("follower")


def not_understood(cast: Cast) -> View:
    cast.follower.ask(cast.either("今天天气真好", "lovely weather"))
    cast.follower.ask("/nonsense")
    cast.follower.call("POST", "/messages", {"chat": "@yizan_bot", "photos": 1})
    cast.follower.wait(cast.first("unknown-kind"))
    return bot_of("follower")


def not_administrator(cast: Cast) -> View:
    command = cast.follower.say("/charity", GROUP)
    cast.follower.wait(lambda m: m.reply_to == command.id, GROUP)
    return Chat("follower", GROUP)


def old_button(cast: Cast) -> View:
    """The card of a channel in which the creator is nobody any more."""
    return Chat("creator", BOT, press=cast.words("button-hand-over"))


def closed(cast: Cast) -> View:
    cast.close_libraries(closed=True)
    return Chat("follower", CHANNEL, press="¥2")


def closed_offered(cast: Cast) -> View:
    cast.follower.wait(lambda m: cast.words("error-project-closed", project=cast.title("libraries")) in m.text)
    cast.close_libraries(closed=False)
    return bot_of("follower")


def changed(cast: Cast) -> View:
    """The post keeps the project it was published for."""
    card_again(cast)
    switch_on(cast.creator, cast.held["chat"], cast.title("spring"), cast.language)
    return Chat("follower", CHANNEL, press="¥2")


def changed_card(cast: Cast) -> View:
    return bot_of("follower")


def off(cast: Cast) -> View:
    card_again(cast)
    cast.creator.tap(cast.held["chat"], cast.words("button-tipping-off"))
    cast.creator.wait(lambda m: cast.first("chat-off", chat="晓雯的阅读时光") in m.text)
    return Chat("follower", CHANNEL, press="¥2")


def off_offered(cast: Cast) -> View:
    """The counter of the old post still leads to its project."""
    counter = next(button["url"] for button in cast.held["post"].buttons if "start=p_" in button.get("url", ""))
    before = cast.follower.start(counter).id
    cast.follower.wait(lambda m: not m.out, after=before)
    return bot_of("follower")


def locked(cast: Cast) -> View:
    """Another program holds the database's lock for longer than anybody waits."""
    asked = cast.follower.ask("/give")
    cast.follower.tap(asked, cast.title("spring"))
    asked = cast.follower.wait_at(asked, lambda m: m.has("¥1"))
    cast.follower.tap(asked, cast.words("button-other"))
    cast.follower.wait(cast.has("button-leave"), after=asked.id)
    with sqlite3.connect(cast.stage.database.removeprefix("sqlite:///"), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        cast.follower.ask("5")
        other.execute("ROLLBACK")
    other.close()
    return bot_of("follower")


def broken(cast: Cast) -> View:
    """What nobody wrote code for: a name that is a number."""
    with sqlite3.connect(cast.stage.database.removeprefix("sqlite:///")) as other:
        names = other.execute("SELECT id, names FROM organisations").fetchall()
        other.execute("UPDATE organisations SET names = '7'")
        other.commit()
        cast.follower.ask("/give")
        other.executemany("UPDATE organisations SET names = ?2 WHERE id = ?1", names)
        other.commit()
    other.close()
    return bot_of("follower")


SCENES: Final = (
    Scene("refused-forged", forged),
    Scene("refused-not-understood", not_understood),
    Scene("refused-not-administrator", not_administrator),
    Scene("refused-old-button", old_button),
    Scene("refused-closed", closed),
    Scene("refused-closed-offered", closed_offered),
    Scene("refused-changed", changed),
    Scene("refused-changed-card", changed_card),
    Scene("refused-off", off),
    Scene("refused-off-offered", off_offered),
    Scene("error-locked", locked),
    Scene("error-unknown", broken),
)
