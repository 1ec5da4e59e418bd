"""公益爱心位: opened, shared, given on; in the chat and on the web."""

import re
from typing import Final

from tests.processes import fetch, is_card
from tools.pictures.camera import WIDE, View, Web
from tools.pictures.cast import Cast, Scene, bot_of


def none(cast: Cast) -> View:
    cast.held["slot"] = cast.creator.ask("/slot")
    return bot_of("creator")


def choose(cast: Cast) -> View:
    cast.turn(cast.creator, "slot", cast.words("button-slot-open"), lambda m: m.has(cast.title("spring")))
    return bot_of("creator")


def confirm(cast: Cast) -> View:
    cast.turn(cast.creator, "slot", cast.title("spring"), cast.has("button-slot-confirm"))
    return bot_of("creator")


def opened(cast: Cast) -> View:
    cast.turn(cast.creator, "slot", cast.words("button-slot-confirm"), cast.has("button-slot-page"))
    return bot_of("creator")


def given(cast: Cast) -> View:
    page = fetch("GET", address(cast)).body
    found = re.search(r"start(?:=|%3D)(s_[\w-]+)", page)
    payload = found[1] if found else ""
    shown = cast.follower.ask(f"/start {payload}")
    cast.held["slot card"] = cast.follower.wait(lambda m: m.has("¥1"), after=shown.id - 1)
    return bot_of("follower")


def page(cast: Cast) -> View:
    before = cast.follower.last_id()
    cast.follower.tap(cast.held["slot card"], "¥10")
    cast.pays(cast.follower, cast.follower.wait(is_card, after=before))
    return Web(address(cast))


def wide(cast: Cast) -> View:
    return Web(address(cast), WIDE[0])


def mine(cast: Cast) -> View:
    cast.held["slot"] = cast.creator.ask("/slot")
    return bot_of("creator")


def name(cast: Cast) -> View:
    cast.turn(cast.creator, "slot", cast.words("button-slot-name"), cast.words("slot-name-ask"))
    cast.creator.ask(cast.either("晓雯和青石的孩子们", "Xiaowen and the children of Qingshi"))
    return bot_of("creator")


def address(cast: Cast) -> str:
    """The slot's page."""
    link = cast.held["slot"].url(cast.words("button-slot-page"))
    return cast.page("/c/" + link.partition("/c/")[2].partition("?")[0])


SCENES: Final = (
    Scene("slot-none", none),
    Scene("slot-choose", choose),
    Scene("slot-confirm", confirm),
    Scene("slot-opened", opened),
    Scene("slot-give", given),
    Scene("slot-page", page),
    Scene("slot-page-wide", wide),
    Scene("slot-mine", mine),
    Scene("slot-name", name),
)
