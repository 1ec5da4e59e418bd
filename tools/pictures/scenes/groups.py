"""The seed's group: switched on, tipped in by /tip; and as the channel's discussion group, under an album."""

from typing import Final

from tests.processes import is_card, switch_on
from tools.pictures.camera import Chat, View
from tools.pictures.cast import BOT, CHANNEL, GROUP, Cast, Scene, bot_of

TITLE: Final = "青石读书群"


def not_on(cast: Cast) -> View:
    said = cast.follower.messages(GROUP)[0]
    command = cast.follower.say("/tip 5", GROUP, to=said.id)
    cast.follower.wait(cast.words("error-tipping-not-on", chat=TITLE), GROUP, after=command.id)
    return Chat("follower", GROUP)


def charity(cast: Cast) -> View:
    command = cast.creator.say("/charity", GROUP)
    cast.held["charity"] = cast.creator.wait(cast.words("group-charity"), GROUP, after=command.id)
    return Chat("creator", GROUP)


def card(cast: Cast) -> View:
    before = cast.creator.last_id()
    cast.creator.start(cast.held["charity"].url(cast.words("button-open-private")))
    cast.held["group"] = cast.creator.wait(lambda m: TITLE in m.text and not m.out, after=before)
    return bot_of("creator")


def on(cast: Cast) -> View:
    switch_on(cast.creator, cast.held["group"], cast.title("libraries"), cast.language, said="group-on")
    return bot_of("creator")


def tip(cast: Cast) -> View:
    text = cast.either("我把家里的旧书整理好了，周末一起送去？", "I've sorted our old books. Off to school with them?")
    said = cast.admin.say(text, GROUP)
    cast.follower.say("/tip 5", GROUP, to=said.id)
    none = cast.words("carrier-none", project=cast.title("libraries"))
    cast.held["carrier"] = cast.follower.wait(lambda m: none in m.text and m.reply_to == said.id, GROUP)
    cast.follower.wait(lambda m: m.id < 0, GROUP)
    return Chat("follower", GROUP)


def pay_card(cast: Cast) -> View:
    before = cast.follower.last_id()
    cast.follower.start(cast.held["carrier"].url(cast.words("post-counter-none")))
    cast.held["card"] = cast.follower.wait(is_card, after=before)
    return bot_of("follower")


def paid(cast: Cast) -> View:
    cast.pays(cast.follower, cast.held["card"])
    label = cast.words("post-counter", donors=1, given="¥5")
    cast.follower.wait_at(cast.held["carrier"], lambda m: m.has(label), GROUP)
    return Chat("admin", GROUP)


def author_named(cast: Cast) -> View:
    """The author of a message asked to be thanked by name."""
    asked = cast.admin.ask("/privacy")
    cast.admin.tap(asked, "○ " + cast.words("button-named-in-groups"))
    text = cast.either("今天带读了两本绘本，孩子们笑成一团。", "Two picture books, and a room full of laughter.")
    said = cast.admin.say(text, GROUP)
    cast.follower.say("/tip", GROUP, to=said.id)
    cast.follower.wait(lambda m: m.reply_to == said.id and m.has("¥1"), GROUP)
    return Chat("creator", GROUP)


def failed(cast: Cast) -> View:
    least = {"least": "¥1", "most": "¥50,000"}
    cast.follower.say("/tip 5", GROUP)
    cast.follower.wait(cast.words("error-tip-needs-reply"), GROUP)
    said = cast.follower.messages(GROUP)[0]
    cast.follower.say(cast.either("/tip 许多", "/tip a lot"), GROUP, to=said.id)
    cast.follower.wait(cast.words("error-amount-not-understood", **least), GROUP)
    cast.follower.say("/tip 1", GROUP, to=cast.held["carrier"].id)
    cast.follower.wait(cast.words("error-not-tippable"), GROUP)
    return Chat("follower", GROUP)


def album(cast: Cast) -> View:
    text = cast.either("开箱那天，三张照片", "Three photos of the day we opened the boxes")
    cast.creator.call("POST", "/messages", {"chat": CHANNEL, "photos": 3, "text": text})
    none = cast.words("carrier-none", project=cast.title("libraries"))
    after = max(m.id for m in cast.follower.messages(GROUP))
    cast.held["album"] = cast.follower.wait(lambda m: none in m.text, GROUP, after=after)
    return Chat("follower", GROUP)


def album_paid(cast: Cast) -> View:
    cast.pays(cast.follower, cast.tips(cast.follower, cast.held["album"], "¥10", GROUP))
    label = cast.words("post-counter", donors=1, given="¥10")
    cast.follower.wait_at(cast.held["album"], lambda m: m.has(label), GROUP)
    return Chat("follower", GROUP)


def anonymous(cast: Cast) -> View:
    place = {"user": cast.creator.id, "status": "creator", "rights": {"is_anonymous": True}}
    cast.creator.call("POST", f"/chats/{GROUP}/members", place)
    command = cast.creator.say("/charity", GROUP)
    cast.creator.wait(cast.words("group-charity-anonymous"), GROUP, after=command.id)
    cast.creator.call("POST", f"/chats/{GROUP}/members", place | {"rights": {"is_anonymous": False}})
    return Chat("creator", GROUP)


def gone_and_back(cast: Cast) -> View:
    before = cast.creator.last_id()
    cast.creator.set_member(GROUP, BOT, "kicked")
    cast.creator.wait(cast.words("group-removed", chat=TITLE), after=before)
    cast.creator.set_member(GROUP, BOT, "member")
    cast.creator.wait(cast.words("group-ready-back", project=cast.title("libraries")), after=before)
    return bot_of("creator")


def upgraded(cast: Cast) -> View:
    before = cast.creator.last_id()
    body = {"type": "group", "title": cast.either("周末读书会", "Weekend Readers"), "members": [cast.admin.id, BOT]}
    group = cast.creator.call("POST", "/chats", body)["chat"]["id"]
    added = cast.creator.wait(cast.words("group-ready"), after=before)
    switch_on(cast.creator, added, cast.title("spring"), cast.language, said="group-on")
    cast.creator.call("POST", f"/chats/{group}/migrate")
    cast.creator.wait(cast.words("group-upgraded", chat=body["title"]), after=before)
    return bot_of("creator")


def no_discussion(cast: Cast) -> View:
    before = cast.creator.last_id()
    body = {"type": "channel", "title": cast.either("相册", "Album")}
    channel = cast.chats["album"] = cast.creator.call("POST", "/chats", body)["chat"]["id"]
    cast.creator.set_member(channel, BOT, "administrator", can_post_messages=True, can_edit_messages=True)
    card = cast.creator.wait(cast.words("bot-ready"), after=before)
    cast.held["album card"] = switch_on(cast.creator, card, cast.title("spring"), cast.language)
    cast.creator.call("POST", "/messages", {"chat": channel, "photos": 2})
    cast.creator.wait(cast.first("discussion-none", chat=body["title"]), after=before)
    return bot_of("creator")


SCENES: Final = (
    Scene("group-not-on", not_on),
    Scene("group-charity", charity),
    Scene("group-card", card),
    Scene("group-on", on),
    Scene("group-tip", tip),
    Scene("group-pay", pay_card),
    Scene("group-paid", paid),
    Scene("group-author-named", author_named),
    Scene("group-failed", failed),
    Scene("discussion-album", album),
    Scene("discussion-album-paid", album_paid),
    Scene("group-anonymous", anonymous),
    Scene("group-gone-and-back", gone_and_back),
    Scene("group-upgraded", upgraded),
    Scene("discussion-none", no_discussion),
)
