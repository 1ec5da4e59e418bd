"""Amounts, rights, webhooks and names that are not in order."""

import json
import re

import pytest

from tests.processes import (
    ADMIN,
    BOT,
    CHANNEL,
    Message,
    Persona,
    Stage,
    fetch,
    pay,
    publish,
    switch_on,
    tip,
    until,
    words,
)
from tests.way.cast import (
    FAMILY,
    FRESH,
    GARDEN,
    GARDEN_ADMIN,
    LIBRARIES,
    LIBRARIES_TITLE,
    MARKUP,
    NOT_UNDERSTOOD,
    SPRING_TITLE,
    TOO_LARGE,
    TOO_SMALL,
    answered,
    cny,
    entries,
    import_projects,
    receipt,
    said,
)


def test_amounts_that_are_not_understood_are_refused_in_one_line_and_nothing_is_recorded(stage, on, follower):
    asked = ask_for_other(stage, follower)
    before = stage.rows("SELECT count(*) FROM tips")
    refused = ("-5", "1.234", "十", "1e9", "abc", "9" * 400, "٥", "1,5", "5 5", "NaN")
    for typed in refused:
        assert follower.ask(typed).text == NOT_UNDERSTOOD, typed
    for typed, words_for_it in (("0", TOO_SMALL), ("0.99", TOO_SMALL), ("50000.01", TOO_LARGE)):
        assert follower.ask(typed).text == words_for_it, typed
    assert stage.rows("SELECT count(*) FROM tips") == before
    assert all(text.count("\n") == 2 for text in (NOT_UNDERSTOOD, TOO_SMALL, TOO_LARGE)), "one line, and test money"

    card = follower.ask("6.66")
    assert "¥6.66" in card.text, "the question stayed"
    pay(card)
    stage.given[LIBRARIES] += 666
    receipt(follower, asked.id)


@pytest.mark.parametrize(("typed", "amount"), [("１０", "¥10"), ("¥5", "¥5"), ("5元", "¥5")])
def test_full_width_digits_and_signs_of_money_are_understood(stage, on, follower, typed, amount):
    ask_for_other(stage, follower)
    card = follower.ask(typed)
    assert card.has(words("button-pay", amount=amount))
    follower.tap(card, words("button-cancel"))


def ask_for_other(stage: Stage, follower: Persona) -> Message:
    """Tap "other": the question for an amount."""
    post = publish(stage.creator, "随你多少")
    answer = follower.tap(post, words("button-other"), CHANNEL)
    follower.start(answer["url"])
    return follower.wait(words("ask-amount", project=LIBRARIES_TITLE, least=cny(100), most=cny(5_000_000)))


def test_only_who_administers_the_channel_right_now_may_switch(stage, on, follower):
    owner, lihe = stage.persona(ADMIN), stage.persona(GARDEN_ADMIN)
    lihe.ask("/start")
    lihe.set_member(GARDEN, BOT, "administrator", can_post_messages=True)
    lacking = lihe.wait(words("bot-lacks-edit-messages"))
    lihe.set_member(GARDEN, BOT, "administrator", can_post_messages=True, can_edit_messages=True)
    card = lihe.wait(words("bot-ready"), after=lacking.id)
    switched = switch_on(lihe, card, SPRING_TITLE)
    chosen = lihe.ask("/charity on")
    lihe.tap(chosen, LIBRARIES_TITLE)
    confirm = lihe.wait_at(chosen, lambda m: m.has(words("button-confirm-on")))

    owner.set_member(GARDEN, GARDEN_ADMIN, "member")
    lost = lihe.wait(words("news-paused", chat="李禾的菜园"))
    refusal = answered("error-not-administrator", chat="李禾的菜园")
    for message, label in (
        (switched, words("button-tipping-off")),
        (confirm, words("button-confirm-on")),
        (lost, words("button-resume")),
    ):
        answer = lihe.tap(message, label)
        assert (answer["text"], answer["alert"]) == (refusal, True)
    assert lihe.ask("/charity off").text == said("error-not-administrator", chat="李禾的菜园")
    owner.set_member(GARDEN, GARDEN_ADMIN, "administrator", can_post_messages=True, can_manage_chat=True)
    lihe.tap(lost, words("button-resume"))
    lihe.wait_at(lost, words("chat-resumed", chat="李禾的菜园", project=SPRING_TITLE))
    assert publish(owner, "又开着", GARDEN).has("¥1")
    assert SPRING_TITLE in lihe.ask("/charity").text
    title = "李禾的菜园"
    assert title not in follower.ask("/charity").text
    assert follower.ask("/charity").text == said("chats-none", bot=BOT)


def test_paid_after_the_project_closed_is_booked_and_a_new_tip_is_led_to_open_projects(stage, on, follower, tmp_path):
    post = publish(stage.creator, "关闭之前")
    card = tip(follower, post, "¥5")
    import_projects(stage, tmp_path, closed=LIBRARIES)
    try:
        pay(card)
        stage.given[LIBRARIES] += 500
        receipt(follower, card.id)

        before = follower.last_id()
        refusal = words("error-project-closed", project=LIBRARIES_TITLE)
        assert follower.tap(post, "¥1", CHANNEL)["text"] == refusal + words("test-money-short")
        told = follower.wait(refusal, after=before)
        assert [label.split(" · ")[0] for label in told.labels[:3]] != [LIBRARIES_TITLE] * 3
        assert sum(" · " in label for label in told.labels) == 3
        assert not told.has(LIBRARIES_TITLE)

        stranger = stage.persona(next(FRESH))
        stranger.start(stranger.tap(post, "¥1", CHANNEL)["url"])
        led = stranger.wait(refusal)
        stranger.tap(led, SPRING_TITLE)
        stranger.wait(lambda m: m.has("¥1"))
        assert words("web-project-closed") in stage.page(f"/p/{LIBRARIES}")
    finally:
        import_projects(stage, tmp_path)
    follower.tap(tip(follower, post), words("button-cancel"))


def test_webhooks_that_are_not_in_order_book_nothing(stage, on):
    before = entries(stage)
    unknown = {"id": "evt_unknown", "type": "payout.sent", "created_at": 1763771542, "livemode": False, "data": {}}
    event = json.dumps(unknown).encode()

    assert stage.hook(event, secret="somebody else's") == 401
    assert fetch("POST", f"{stage.web}/hooks/sandbox", event).status == 401
    assert stage.hook(b"{" + b" " * 10_000_000 + b"}") == 413
    assert stage.hook(b"not JSON") == 400
    assert stage.hook(event, rail="nowhere") == 404
    assert stage.hook(event) == 200
    assert stage.hook(event) == 200

    kept = "SELECT state FROM provider_events WHERE event_id = 'evt_unknown'"
    until(lambda: stage.rows(kept) == [("ignored",)], "kept once, as ignored")
    assert entries(stage) == before


@pytest.mark.parametrize("user", [MARKUP, FAMILY])
def test_a_name_with_markup_direction_marks_or_300_emoji_is_harmless(stage, on, user):
    person, creator = stage.persona(user), stage.creator
    before = creator.last_id()
    card = tip(person, publish(creator, "名字"))
    person.tap(card, words("button-see-named", name="", amount=cny(100)).split("「")[0])
    card = person.wait_at(card, lambda m: m.has("✓ "))
    pay(card)
    stage.given[LIBRARIES] += 100
    receipt(person, card.id)

    digest = creator.wait("¥1", after=before)
    page = stage.page(f"/p/{LIBRARIES}")
    shown = re.search(words("digest-names", names="(.*) ¥1"), digest.text)
    assert shown, digest.text
    name = shown[1]
    assert not re.search("[\u200b\u202a-\u202e\u2066-\u2069]", name)
    assert not re.search("[\u200b\u202a-\u202e\u2066-\u2069]", page)
    assert "<b>老" not in digest.html + page
    assert "<script>alert" not in digest.html + page
    if user == MARKUP:
        assert name.startswith("<b>老</b>&amp;<script>alert(1)<")
        assert "&lt;b&gt;老&lt;/b&gt;&amp;amp;&lt;script&gt;" in page
    else:
        assert name == "👨‍👩‍👧‍👦" * 31 + "…"
        assert f"<bdi>{name}</bdi>" in page
    assert person.ask("/start").text
