"""Export, and leaving, last: afterwards they meet for the first time."""

from typing import Final

from tools.pictures.camera import View
from tools.pictures.cast import Cast, Scene, bot_of


def export(cast: Cast) -> View:
    cast.held["privacy"] = cast.follower.ask("/privacy")
    cast.follower.tap(cast.held["privacy"], cast.words("button-export"))
    cast.follower.wait(cast.first("export-complete"))
    return bot_of("follower")


def ask(cast: Cast) -> View:
    cast.held["privacy"] = cast.follower.ask("/privacy")
    cast.turn(cast.follower, "privacy", cast.words("button-leave-service"), cast.words("leave-ask"))
    return bot_of("follower")


def done(cast: Cast) -> View:
    cast.turn(cast.follower, "privacy", cast.words("button-leave-really"), cast.first("leave-done"))
    return bot_of("follower")


SCENES: Final = (
    Scene("export", export),
    Scene("leave-ask", ask),
    Scene("leave-done", done),
)
