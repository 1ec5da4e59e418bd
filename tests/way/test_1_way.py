"""The main way and its side ways, by HTTP only, through a real bot in a process of its own, on both databases.

The files go in the order of their names: the first test is about a channel where nobody gave anything yet.
"""

import re

from tests.processes import (
    CHANNEL,
    FOLLOWER,
    Stage,
    fetch,
    is_card,
    pay,
    pay_url,
    publish,
    tip,
    until,
    words,
)
from tests.way.cast import (
    LIBRARIES,
    LIBRARIES_TITLE,
    SPRING,
    SPRING_TITLE,
    cny,
    code_in,
    entries,
    receipt,
)


def test_from_the_first_tap_to_the_moved_counter(stage, on):
    creator, follower = stage.creator, stage.persona(FOLLOWER)
    assert LIBRARIES_TITLE in on.text
    post = publish(creator, "今天去了山里的小学")
    assert post.labels[0].startswith(words("post-counter-none"))
    assert post.labels[1:] == ["¥1", "¥5", "¥10", words("button-other")]
    assert follower.messages() == []

    answer = follower.tap(post, "¥1", CHANNEL)
    assert re.fullmatch(r"https://t\.me/yizan_bot\?start=t_[\w-]{22}", answer["url"])
    follower.start(answer["url"])
    card = follower.wait(is_card)
    assert words("welcome-promises") in card.text
    assert words("tip-card-from", chat="晓雯的阅读时光") in card.text
    assert words("test-money") in card.text

    named = words("button-see-named", name="陈默", amount=cny(100))
    follower.tap(card, named)
    card = follower.wait_at(card, lambda m: m.has(f"✓ {named}"))
    assert "¥1" in fetch("GET", pay_url(card)).body
    assert 'data-status="paid"' in fetch("POST", pay_url(card), "action=pay").body
    stage.given[LIBRARIES] += 100

    code = receipt(follower, card.id)
    assert follower.wait_at(card, words("tip-paid", amount=cny(100), project=LIBRARIES_TITLE)).has(
        words("button-receipt")
    )
    creator.wait_at(post, lambda m: m.has(words("post-counter", donors=1, given=cny(100))), CHANNEL)
    digest = creator.wait("陈默 ¥1")
    assert "晓雯的阅读时光" in digest.text
    gifts = follower.ask("/gifts")
    assert words("gifts-title", total=1) in gifts.text
    assert code in gifts.text
    assert pages_show(stage, code, "陈默")
    clearing, fees = "rail:sandbox:clearing", "expense:fees:sandbox"
    balances = dict(stage.rows("SELECT name, balance_minor FROM accounts"))
    assert (balances[clearing], balances[fees]) == (99, 1), "the operator pays the fee; the project has all of it"


def pages_show(stage: Stage, code: str, name: str) -> bool:
    """The project's page and the receipt, in both languages."""
    for language, title in (("zh-CN", LIBRARIES_TITLE), ("en", "Village Libraries")):
        project, gift = stage.page(f"/p/{LIBRARIES}", language), stage.page(f"/r/{code}", language)
        assert words("web-raised-sum", language, amount=cny(100)) in project
        assert title in project
        assert title in gift
        for page in (project, gift):
            assert f"<bdi>{name}</bdi>" in page
            assert words("web-test-money", language) in page
        assert code in gift
        assert words("web-state-paid", language) in gift
        assert "project:<wbr>" in gift
    return True


def test_an_unpaid_tip_tapped_again_is_the_same_and_a_paid_one_is_not(stage, on, follower):
    post = publish(stage.creator, "同一笔")
    first = tip(follower, post)
    again = tip(follower, post)
    assert again.id != first.id
    assert pay_url(again) == pay_url(first)

    pay(first)
    stage.given[LIBRARIES] += 100
    receipt(follower, again.id)

    new = tip(follower, post)
    assert pay_url(new) != pay_url(first)
    follower.tap(new, words("button-cancel"))


def test_paid_twice_is_two_gifts_and_the_second_goes_back_by_itself(stage, on, follower):
    post = publish(stage.creator, "付了两次")
    card = tip(follower, post, "¥5")
    assert len(pay(card, "twice")["charges"]) == 2
    stage.given[LIBRARIES] += 1000
    first = receipt(follower, card.id)
    extra = follower.wait(words("extra-returning", amount=cny(500), project=LIBRARIES_TITLE).split("\n")[0])
    stage.given[LIBRARIES] -= 500
    told = follower.wait(words("refund-told", amount=cny(500), project="", code="").split("\n")[0], after=card.id)
    second = code_in(told)
    assert first != second
    assert extra.id != told.id
    stage.settled()
    stage.creator.wait_at(post, lambda m: m.has(words("post-counter", donors=1, given=cny(500))), CHANNEL)
    assert words("web-state-refunded") in stage.page(f"/r/{second}")
    assert words("web-state-paid") in stage.page(f"/r/{first}")


def test_an_event_five_times_and_shuffled_is_booked_once(stage, on, follower):
    before = entries(stage)
    stage.rail("PUT", "/faults", {"duplicates": 4, "shuffle": True})
    try:
        card = tip(follower, publish(stage.creator, "五次"))
        pay(card)
        stage.given[LIBRARIES] += 100
        receipt(follower, card.id)
        until(lambda: all(event["delivered"] for event in stage.rail("GET", "/events")["events"]), "all delivered")
        last = stage.rail("GET", "/events")["events"][-1]
        until(lambda: stage.rail("GET", "/events")["events"][-1]["tries"] >= 5, f"five deliveries of {last}")
    finally:
        stage.rail("PUT", "/faults", {})
    assert entries(stage) - before == 2, "the payment and its fee"
    assert len([m for m in follower.messages() if words("receipt-thanks") in m.text]) == 1


def test_a_payment_that_succeeds_after_the_page_was_closed(stage, on, follower):
    card = tip(follower, publish(stage.creator, "稍后"))
    assert pay(card, "later")["status"] == "processing"
    assert not any(words("receipt-thanks") in m.text for m in follower.messages())
    stage.given[LIBRARIES] += 100
    receipt(follower, card.id)


def test_declined_then_paid(stage, on, follower):
    card = tip(follower, publish(stage.creator, "先失败"))
    assert pay(card, "decline")["status"] == "declined"
    assert pay(card)["status"] == "paid"
    stage.given[LIBRARIES] += 100
    receipt(follower, card.id)


def test_a_tip_cancelled_before_paying_can_not_be_paid(stage, on, follower):
    card = tip(follower, publish(stage.creator, "取消"))
    follower.tap(card, words("button-cancel"))
    cancelled = follower.wait_at(card, words("tip-cancelled", amount=cny(100), project=LIBRARIES_TITLE))
    assert not is_card(cancelled)

    assert fetch("POST", pay_url(card), {"action": "pay"}).status == 409
    assert 'data-status="cancelled"' in fetch("GET", pay_url(card)).body
    assert words("gifts-none") in follower.ask("/gifts").text


def test_a_gift_without_a_post(stage, on, follower):
    follower.ask("/start")
    projects = follower.ask("/give")
    follower.tap(projects, SPRING_TITLE)
    project = follower.wait_at(projects, lambda m: m.has("¥10"))
    follower.tap(project, "¥10")
    card = follower.wait(is_card, after=project.id)
    hidden = words("button-see-amount-hidden", name=f"粉丝{follower.id}")
    follower.tap(card, hidden)
    follower.wait_at(card, lambda m: m.has(f"✓ {hidden}"))
    pay(card)
    stage.given[SPRING] += 1000
    code = receipt(follower, card.id)

    page = stage.page(f"/r/{code}")
    assert words("web-amount-hidden") in page
    assert "¥10" not in page
    assert f"粉丝{follower.id}" in page
