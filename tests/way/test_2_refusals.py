"""Buttons and links that are forged, stale or somebody else's: refused, logged, and nothing is told; on both databases.

Whoever has a client of their own can send any data for any keyboard they see, and any link can be typed.
"""

import json
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from giving.ids import token_of
from tests.processes import CHANNEL, Message, Persona, Stage, publish, tip, until, words
from tests.way.cast import FRESH, LIBRARIES_TITLE, SPRING_TITLE, TOO_LARGE, TOO_SMALL, answered, is_digest, said

CHANNEL_TITLE: Final = "晓雯的阅读时光"
# What nobody may read who has no business with it.
SECRETS: Final = ("¥", "YZ-", LIBRARIES_TITLE, SPRING_TITLE, CHANNEL_TITLE, "晓雯")
UNKNOWN: Final = ("post", "project", "slot", "chat")
# What every line of the log has; and what a refusal may add.
USUAL: Final = {"event", "level", "timestamp"}
TOLD: Final = USUAL | {"way", "reason", "update_id"}
LEADS_NOWHERE: Final = {said(f"error-{what}") for what in ("not-yours", *(f"{n}-unknown" for n in UNKNOWN))}
# Buttons of one's own: a tip's, a chat's, leaving.
OWN: Final = ("tdo", "vis", "tbk", "cdo", "cpl", "cpr", "con", "cps", "hto", "bye")
GARBAGE: Final = (
    "x", ":", "tip", "tip:", "tip:100:CNY", "tip:1e9:CNY:" + "A" * 22, "tip:100:EUR:short", "tip:-5:CNY:" + "A" * 22,
    "tdo:" + "A" * 22 + ":explode", "tdo::cancel", "cdo:" + "!" * 22 + ":off", "my:99999999999:0", "lng:xx", "hom:root",
    "pvs:everyone", "pvn:perhaps", "pvd:drop", "bye:' OR 1=1", "\u202etip:100", "🙂" * 16,
)  # fmt: skip


@dataclass(frozen=True)
class Others:
    """What Alice and the creator have: buttons and ids that Bob got hold of."""

    alice: Persona
    name: str
    buttons: dict[str, str]
    tokens: dict[str, str]


@pytest.fixture(scope="module")
def others(stage: Stage, on: Message) -> Others:
    """Alice has an unpaid tip and asked what leaving means; the creator looked at all the chat's buttons."""
    alice, creator = stage.persona(next(FRESH)), stage.creator
    post = publish(creator, "别人的东西")
    card = tip(alice, post, "¥5")
    buttons = own_buttons(card)
    settings = alice.ask("/privacy")
    alice.tap(settings, words("button-leave-service"))
    buttons |= own_buttons(alice.wait_at(settings, lambda m: m.has(words("button-leave-really"))))
    buttons |= chat_buttons(creator)
    tokens = {
        "tip": buttons["tdo"].split(":")[1],
        "post": post.data("¥1").split(":")[-1],
        "chat": buttons["cdo"].split(":")[1],
        "project": buttons["cpr"].split(":")[-1],
    }
    return Others(alice, f"粉丝{alice.id}", buttons, tokens)


def own_buttons(message: Message) -> dict[str, str]:
    """By kind and deed; the first of each kind by its kind alone."""
    found: dict[str, str] = {}
    for data in (button["data"] for button in message.buttons if "data" in button):
        kind = data.partition(":")[0]
        if kind in OWN:
            found |= {kind: found.get(kind, data), f"{kind} {data}": data}
    return found


def chat_buttons(creator: Persona) -> dict[str, str]:
    """The chat's card, its amounts, its projects, and the last question before one is chosen."""
    asked = creator.say("/charity")
    card = creator.wait(lambda m: not m.out and not is_digest(m), after=asked.id)
    if not card.has(words("button-stats")):  # several chats
        creator.tap(card, words("button-chat-on", chat=CHANNEL_TITLE))
        card = creator.wait_at(card, lambda m: m.has(words("button-stats")))
    found = own_buttons(card)
    creator.tap(card, words("button-presets"))
    amounts = creator.wait_at(card, lambda m: m.has("¥5 ·"))
    found |= own_buttons(amounts)
    creator.press(amounts, found["cdo"].rpartition(":")[0] + ":choose")
    projects = creator.wait_at(card, lambda m: m.has(SPRING_TITLE))
    found |= own_buttons(projects)
    creator.tap(projects, SPRING_TITLE)
    return found | own_buttons(creator.wait_at(card, lambda m: m.has(words("button-confirm-on"))))


@pytest.fixture(scope="module")
def bob(stage: Stage, on: Message) -> Persona:
    """Known to the bot, and with no business anywhere."""
    person = stage.persona(next(FRESH))
    person.ask("/start")
    return person


def refusals(stage: Stage) -> list[dict[str, Any]]:
    """The log's lines about them so far."""
    lines = [line for line in stage.bot.output.splitlines() if '"callback_refused"' in line]
    return [json.loads(line) for line in lines]


def logged(stage: Stage, before: int, way: str, *secret: str) -> None:
    """One more, which says why and nothing about anybody."""
    until(lambda: len(refusals(stage)) > before, "a line in the log")
    (line,) = refusals(stage)[before:]
    assert (line["way"], bool(line["reason"])) == (way, True)
    assert set(line) <= TOLD, line
    text = json.dumps(line, ensure_ascii=False)
    assert not [word for word in secret if word in text], line


def state(stage: Stage, others: Others) -> Any:
    """What a stranger might have changed."""
    tips = "SELECT tips.state, tips.visibility, count(*) FROM tips JOIN people ON people.id = donor_id"
    tips += " WHERE telegram_id = :alice GROUP BY 1, 2"
    chats = "SELECT chats.state, presets, slug FROM chats LEFT JOIN projects ON projects.id = project_id"
    chats += " WHERE title = :title"
    known = "SELECT name FROM people WHERE telegram_id = :alice"
    return (
        stage.rows(tips, alice=others.alice.id),
        stage.rows(chats, title=CHANNEL_TITLE),
        stage.rows(known, alice=others.alice.id),
    )


def refused(stage: Stage, bob: Persona, message: Message, data: str, others: Others, where: str | int = 0) -> str:
    """An alert and nothing else, without a word that is not Bob's business; one line in the log."""
    before, last = len(refusals(stage)), bob.last_id()
    answer = bob.press(message, data, where) if where else bob.press(message, data)
    assert (answer["alert"], answer["url"]) == (True, None), data
    assert answer["text"], data
    assert not [secret for secret in (*SECRETS, others.name) if secret in answer["text"]], (data, answer["text"])
    logged(stage, before, "button", str(bob.id), *(part for part in data.split(":") if len(part) > 20))
    assert bob.last_id() == last, f"{data}: nothing but the answer"
    return str(answer["text"])


def test_buttons_of_somebody_else_do_nothing_and_tell_nothing(stage, others, bob):
    kinds = {data.partition(":")[0] for data in others.buttons.values()}
    assert {"tdo", "vis", "cdo", "cpr", "con", "cps", "bye"} <= kinds
    card, before = bob.ask("/start"), state(stage, others)
    texts = {data: refused(stage, bob, card, data, others) for data in set(others.buttons.values())}
    for data in others.buttons.values():
        unknown = data.replace(data.split(":")[1], token_of(uuid4()), 1)
        assert refused(stage, bob, card, unknown, others) == texts[data], f"{data}: as if there were no such thing"
    assert state(stage, others) == before
    assert tip_of_alice(others), "hers still works"


def tip_of_alice(others: Others) -> bool:
    """The same buttons, pressed by whose they are."""
    shown = others.alice.ask("/start")
    return bool(others.alice.press(shown, others.buttons["tdo"])["answered"])


def test_data_that_nobody_made_is_answered_and_does_nothing(stage, others, bob):
    card, tips = bob.ask("/start"), stage.rows("SELECT count(*) FROM tips")
    for data in GARBAGE:
        refused(stage, bob, card, data, others)
    assert stage.rows("SELECT count(*) FROM tips") == tips
    assert bob.tap(card, words("button-give"))["answered"], "the real ones work on"


def test_a_post_s_button_counts_under_this_post_only_and_within_the_limits(stage, others, bob):
    post = publish(stage.creator, "另一条")
    tips = stage.rows("SELECT count(*) FROM tips")
    elsewhere = f"tip:100:CNY:{others.tokens['post']}"
    assert refused(stage, bob, post, elsewhere, others, CHANNEL) == answered("error-post-unknown")
    of_nothing = f"tip:100:CNY:{token_of(uuid4())}"
    assert refused(stage, bob, post, of_nothing, others, CHANNEL) == answered("error-post-unknown")
    own = post.data("¥1").split(":")[-1]
    for minor, line in ((1, TOO_SMALL), (0, TOO_SMALL), (-100, TOO_SMALL), (5_000_001, TOO_LARGE)):
        answer = bob.press(post, f"tip:{minor}:CNY:{own}", CHANNEL)
        assert (answer["alert"], answer["url"]) == (True, None)
        assert answer["text"].startswith(line.partition("\n")[0]), minor
    for private in ("gil:0:0", "my:0:0", "hom:give", f"bye:{token_of(uuid4())}"):
        refused(stage, bob, post, private, others, CHANNEL)
    shown = bob.wait_at(post, lambda m: m.has("¥1"), CHANNEL)
    assert (shown.text, shown.labels) == (post.text, post.labels), "the post stays a post"
    assert stage.rows("SELECT count(*) FROM tips") == tips


def test_buttons_gone_stale_say_so(stage, others, follower):
    post = publish(stage.creator, "过时的按钮")
    card = tip(follower, post)
    cancel = card.data(words("button-cancel"))
    see = card.data(words("button-see-amount-hidden", name=f"粉丝{follower.id}"))
    follower.tap(card, words("button-cancel"))
    gone = follower.wait_at(card, lambda m: not m.has(words("button-cancel")))
    other = follower.ask("/start")
    answer = follower.press(other, see)
    assert (answer["alert"], answer["text"]) == (True, answered("error-tip-not-open"))
    assert gone.text == follower.wait_at(card, gone.text).text

    settings = follower.ask("/privacy")
    follower.tap(settings, words("button-leave-service"))
    asked = follower.wait_at(settings, lambda m: m.has(words("button-leave-really")))
    leave = asked.data(words("button-leave-really"))
    follower.tap(asked, words("button-leave-really"))
    follower.wait_at(asked, words("leave-done").split("\n")[0])
    again = follower.ask("/start")
    for data in (leave, cancel):
        refused(stage, follower, again, data, others)
    known = "SELECT count(*) FROM people WHERE telegram_id = :id"
    assert stage.rows(known, id=follower.id) == [(1,)], "the button of an earlier self forgets nobody"


def test_links_to_what_is_somebody_else_s_or_nowhere_tell_nothing(stage, others, bob):
    right = {("p", "post"), ("o", "post"), ("g", "project")}
    ids = others.tokens | {"nothing": token_of(uuid4())}
    wrong = [f"{kind}_{token}" for kind in "tpogsc" for name, token in ids.items() if (kind, name) not in right]
    before = state(stage, others)
    for payload in (*wrong, *(f"{kind}_" for kind in "tpogscx"), "t_x", "p_!", "c_' OR 1=1", "s_" + "A" * 60, "no"):
        seen = len(refusals(stage))
        answer = bob.ask(f"/start {payload}")
        assert not [secret for secret in (*SECRETS, others.name) if secret in answer.text], (payload, answer.text)
        assert answer.text in LEADS_NOWHERE or answer.has(words("button-give")), (payload, answer.text)
        logged(stage, seen, "link", str(bob.id), others.name)
    assert state(stage, others) == before


def test_a_closed_slot_s_link_says_no_more_than_an_invented_one(stage, bob, follower):
    owner = follower
    owner.ask("/start")
    asked = owner.ask("/slot")
    owner.tap(asked, words("button-slot-open"))
    owner.tap(owner.wait_at(asked, lambda m: m.has(SPRING_TITLE)), SPRING_TITLE)
    owner.tap(owner.wait_at(asked, lambda m: m.has(words("button-slot-confirm"))), words("button-slot-confirm"))
    opened = owner.wait_at(asked, lambda m: m.has(words("button-slot-close")))
    (slot,) = stage.rows(
        "SELECT slots.id FROM slots JOIN people ON people.id = creator_id WHERE telegram_id = :id", id=owner.id
    )
    link = f"/start s_{token_of(id_in(slot[0]))}"
    assert f"粉丝{owner.id}" in bob.ask(link).text
    owner.tap(opened, words("button-slot-close"))
    owner.wait_at(asked, words("slot-closed-now"))

    seen = len(refusals(stage))
    assert bob.ask(link).text == bob.ask(f"/start s_{token_of(uuid4())}").text == said("error-slot-unknown")
    until(lambda: len(refusals(stage)) == seen + 2, "both are in the log")


def id_in(kept: object) -> UUID:
    """As SQLite and PostgreSQL give it to who asks past the service."""
    return kept if isinstance(kept, UUID) else UUID(bytes=kept) if isinstance(kept, bytes) else UUID(str(kept))
