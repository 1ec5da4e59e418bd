"""/privacy, leaving, and a receipt that waits for who blocked the bot; by HTTP, on both databases."""

import re

from tests.processes import (
    is_card,
    pay,
    pay_url,
    publish,
    tip,
    until,
    words,
)
from tests.processes.basics import fetch
from tests.way.cast import FRESH, LIBRARIES, answered, cny, receipt, said


def test_settings_are_one_message_and_every_tap_is_told(stage, on, follower):
    card = follower.ask("/privacy")
    name = f"粉丝{follower.id}"
    kinds = ("giving-days", "project-news", "monthly", "thanks")
    assert all(card.has(f"○ {words(f'button-kind-{kind}')}") for kind in kinds), "nothing is preset"
    shown = words("button-see-named", name=name, amount=cny(100))
    for label, on_it, toast in (
        (shown, f"✓ {shown}", "privacy-visibility-kept"),
        (f"○ {words('button-named-in-groups')}", f"✓ {words('button-named-in-groups')}", "privacy-named-on"),
        *((f"○ {words(f'button-kind-{k}')}", f"✓ {words(f'button-kind-{k}')}", "privacy-told-on") for k in kinds),
    ):
        assert follower.tap(card, label)["text"] == answered(toast)
        card = follower.wait_at(card, lambda m, on_it=on_it: m.has(on_it))
    assert follower.last_id() == card.id, "edited in place"
    assert follower.tap(card, f"✓ {words('button-kind-monthly')}")["text"] == answered("privacy-told-off")

    tipped = tip(follower, publish(stage.creator, "按我选的显示"))
    assert tipped.has(f"✓ {shown}")
    follower.tap(tipped, words("button-cancel"))


def test_who_leaves_is_forgotten_and_what_they_gave_stays(stage, on, follower):
    name = f"粉丝{follower.id}"
    post = publish(stage.creator, "再见")
    card = tip(follower, post)
    named = words("button-see-named", name=name, amount=cny(100))
    follower.tap(card, named)
    follower.wait_at(card, lambda m: m.has(f"✓ {named}"))
    pay(card)
    stage.given[LIBRARIES] += 100
    code = receipt(follower, card.id)
    assert f"<bdi>{name}</bdi>" in stage.page(f"/r/{code}")
    unpaid = tip(follower, post, "¥10")
    page = pay_url(unpaid)

    settings = follower.ask("/privacy")
    follower.tap(settings, words("button-leave-service"))
    asked = follower.wait_at(settings, words("leave-ask"))
    for part in ("leave-goes", "leave-stays", "leave-before"):
        assert words(part) in asked.text
    assert follower.tap(asked, words("button-leave-really"))["answered"]
    gone = follower.wait_at(asked, words("leave-done").split("\n")[0])
    assert gone.buttons == ()

    until(lambda: 'data-status="cancelled"' in fetch("GET", page).body, "its pay page is closed")
    known = "SELECT count(*) FROM people WHERE telegram_id = :id OR name = :name"
    assert stage.rows(known, id=follower.id, name=name) == [(0,)]
    shown = stage.page(f"/r/{code}")
    assert name not in shown
    assert words("web-someone") in shown
    assert name not in stage.page(f"/p/{LIBRARIES}")
    assert words("gifts-none") in follower.ask("/gifts").text, "whoever writes again is somebody new"


def test_the_export_is_a_file_with_everything_one_gave_and_nobody_else(stage, on, follower):
    other, post = stage.persona(next(FRESH)), publish(stage.creator, "导出")
    codes = {}
    for person, amount, minor in ((follower, "¥5", 500), (other, "¥1", 100)):
        card = tip(person, post, amount)
        pay(card)
        stage.given[LIBRARIES] += minor
        codes[person.id] = receipt(person, card.id)
    settings = follower.ask("/privacy")
    assert follower.tap(settings, words("button-export"))["text"] == answered("export-sent")
    sent = follower.wait(lambda m: m.media is not None, after=settings.id)
    assert words("export-complete") in sent.text
    assert sent.media
    assert sent.media["kind"] == "document"
    assert re.fullmatch(r"yizan-\d{4}-\d\d-\d\d\.json", sent.media["file_name"])
    file = fetch("GET", stage.url + sent.media["url"])
    (person,), (gift,) = file.json["person"], file.json["tips"]
    assert (person["telegram_id"], person["name"]) == (follower.id, f"粉丝{follower.id}")
    told = (gift["receipt_code"], gift["amount_minor"], gift["currency"], gift["state"], gift["project"], gift["chat"])
    assert told == (codes[follower.id], 500, "CNY", "paid", LIBRARIES, "晓雯的阅读时光")
    assert codes[other.id] not in file.body
    assert str(other.id) not in file.body


def test_a_receipt_waits_for_who_blocked_the_bot_until_they_start_it_again(stage, on, follower):
    card = tip(follower, publish(stage.creator, "拉黑"))
    follower.call("POST", "/block", {"chat": "@yizan_bot", "blocked": True})
    pay(card)
    stage.given[LIBRARIES] += 100
    stage.settled()
    blocked = "SELECT 1 FROM people WHERE telegram_id = :id AND unreachable_at IS NOT NULL"
    until(lambda: stage.rows(blocked, id=follower.id), "it is known that they blocked the bot")
    assert not any(words("receipt-thanks") in m.text for m in follower.messages())

    follower.call("POST", "/block", {"chat": "@yizan_bot", "blocked": False})
    follower.ask("/start")
    receipt(follower, card.id)
    follower.wait_at(card, lambda m: not is_card(m))
    assert len([m for m in follower.messages() if words("receipt-thanks") in m.text]) == 1


def test_what_is_no_answer_gets_one_that_says_what_to_do(stage, on, follower):
    follower.ask("/start")
    project = follower.ask("/give")
    follower.tap(project, 0)
    project = follower.wait_at(project, lambda m: m.has(words("button-other")))
    follower.tap(project, words("button-other"))
    follower.wait(lambda m: m.has(words("button-leave")), after=project.id)
    for typed in ("长" * 4096, "9" * 4096, "<b>5</b>"):
        told = follower.ask(typed)
        assert told.text == said("error-amount-not-understood", least=cny(100), most=cny(5_000_000))
        assert told.has(words("button-leave"))
    follower.tap(told, words("button-leave"))
    follower.wait_at(told, words("dialog-left"))
    assert words("unknown-text") in follower.ask("5").text
