"""What a creator does with their channels: amounts, pause, figures, thanks, hand-over; and their slot."""

from typing import Final

from tests.processes import Message, switch_on
from tools.pictures.camera import View
from tools.pictures.cast import BOT, CHANNEL, Cast, Scene, bot_of

TITLE: Final = "晓雯的阅读时光"


def asked_for_chats(cast: Cast) -> Message:
    """The list, whatever else arrives at the same moment."""
    said = cast.creator.say("/charity")
    return cast.creator.wait(cast.has("button-chat-find"), after=said.id)


def chat_list(cast: Cast) -> View:
    cast.held["chat"] = asked_for_chats(cast)
    return bot_of("creator")


def chat_card(cast: Cast) -> View:
    cast.turn(cast.creator, "chat", cast.words("button-chat-on", chat=TITLE), cast.has("button-presets"))
    return bot_of("creator")


def presets(cast: Cast) -> View:
    cast.creator.tap(cast.held["chat"], cast.words("button-presets"))
    cast.creator.wait(lambda m: "1 5 10" in m.text)
    return bot_of("creator")


def presets_set(cast: Cast) -> View:
    cast.creator.ask("2 6 20")
    cast.held["post"] = cast.creator.wait_at(cast.held["post"], lambda m: m.has("¥20"), CHANNEL)
    return bot_of("creator")


def card_again(cast: Cast) -> None:
    """A fresh card of the channel."""
    chat_list(cast)
    chat_card(cast)


def paused(cast: Cast) -> View:
    card_again(cast)
    cast.turn(cast.creator, "chat", cast.words("button-pause"), cast.has("button-resume"))
    return bot_of("creator")


def resumed(cast: Cast) -> View:
    cast.turn(cast.creator, "chat", cast.words("button-resume"), cast.has("button-pause"))
    return bot_of("creator")


def figures(cast: Cast) -> View:
    for person in (cast.follower, cast.admin):
        asked = person.ask("/privacy")
        person.tap(asked, "○ " + cast.words("button-kind-thanks"))
    named = cast.words("button-see-named", name="陈默", amount="¥1")
    cast.follower.tap(cast.follower.ask("/privacy"), named)
    cast.pays(cast.follower, cast.tips(cast.follower, cast.held["post"], "¥6"))
    card_again(cast)
    cast.turn(cast.creator, "chat", cast.words("button-stats"), cast.has("button-thank"))
    return bot_of("creator")


def thanks_ask(cast: Cast) -> View:
    before = cast.creator.last_id()
    cast.creator.tap(cast.held["chat"], cast.words("button-thank"))
    cast.creator.wait(lambda m: not m.out, after=before)
    return bot_of("creator")


def thanks_preview(cast: Cast) -> View:
    said = cast.either("谢谢大家！新书架已经立起来了。", "Thank you all! The new shelves are up.")
    cast.held["thanks"] = cast.creator.ask(said)
    return bot_of("creator")


def thanks_sent(cast: Cast) -> View:
    sends = cast.has("button-thanks-send")
    cast.turn(cast.creator, "thanks", cast.words("button-thanks-send"), lambda m: not sends(m))
    return bot_of("creator")


def thanked(cast: Cast) -> View:
    cast.follower.wait(lambda m: m.has(cast.words("button-less-none")))
    return bot_of("follower")


def hand_over(cast: Cast) -> View:
    cast.creator.set_member(cast.chats["album"], cast.admin.id, "member")
    cast.creator.set_member(cast.chats["album"], cast.admin.id, "administrator", can_manage_chat=True)
    cast.held["asking"] = asked_for_chats(cast)
    cast.turn(cast.creator, "asking", "● " + cast.either("相册", "Album"), cast.has("button-hand-over"))
    cast.turn(cast.creator, "asking", cast.words("button-hand-over"), lambda m: m.has("周岚"))
    return bot_of("creator")


def handover_asked(cast: Cast) -> View:
    cast.turn(cast.creator, "asking", "周岚", lambda m: not m.has("周岚"))
    return bot_of("creator")


def handover_offer(cast: Cast) -> View:
    cast.held["offer"] = cast.admin.wait(lambda m: m.has(cast.words("button-not-me")))
    return bot_of("admin")


def handover_taken(cast: Cast) -> View:
    cast.turn(cast.admin, "offer", cast.words("button-take-over"), cast.has("button-stats"))
    return bot_of("admin")


def handover_told(cast: Cast) -> View:
    cast.creator.wait(cast.words("news-handed", chat=cast.either("相册", "Album"), name="周岚"))
    return bot_of("creator")


def lost(cast: Cast) -> View:
    """A creator who is no administrator any more; who owns the channel is asked to take over."""
    before = cast.creator.last_id()
    body = {"type": "channel", "title": cast.either("书角日记", "Book Corner Diary"), "members": [cast.creator.id]}
    channel = cast.admin.call("POST", "/chats", body)["chat"]["id"]
    rights = {"can_post_messages": True, "can_edit_messages": True}
    cast.admin.set_member(channel, cast.creator.id, "administrator", can_promote_members=True, **rights)
    cast.creator.set_member(channel, BOT, "administrator", **rights)
    added = cast.creator.wait(cast.words("bot-ready"), after=before)
    switch_on(cast.creator, added, cast.title("spring"), cast.language)
    cast.admin.set_member(channel, cast.creator.id, "member")
    cast.creator.wait(cast.first("news-paused", chat=body["title"]))
    return bot_of("creator")


def take_over(cast: Cast) -> View:
    cast.admin.wait(lambda m: m.labels == [cast.words("button-take-over")])
    return bot_of("admin")


def find(cast: Cast) -> View:
    asked = asked_for_chats(cast)
    cast.creator.tap(asked, cast.words("button-chat-find"))
    cast.creator.wait(lambda m: cast.first("chat-find") in m.text)
    cast.creator.ask("@nowhere_at_all")
    return bot_of("creator")


SCENES: Final = (
    Scene("creator-chats", chat_list),
    Scene("creator-card", chat_card),
    Scene("creator-amounts", presets),
    Scene("creator-amounts-set", presets_set),
    Scene("creator-paused", paused),
    Scene("creator-resumed", resumed),
    Scene("creator-figures", figures),
    Scene("thanks-ask", thanks_ask),
    Scene("thanks-preview", thanks_preview),
    Scene("thanks-sent", thanks_sent),
    Scene("thanks-told", thanked),
    Scene("handover-choose", hand_over),
    Scene("handover-asked", handover_asked),
    Scene("handover-offer", handover_offer),
    Scene("handover-taken", handover_taken),
    Scene("handover-told", handover_told),
    Scene("creator-lost", lost),
    Scene("creator-take-over", take_over),
    Scene("creator-find", find),
)
