"""Commands and languages; what changes later; and in the end the books."""

import json
import re

import pytest

from giving.people import Role
from tests.processes import (
    ADMIN,
    CHANNEL,
    pay,
    publish,
    switch_on,
    tip,
    words,
)
from tests.way.cast import (
    EMMA,
    FRESH,
    LIBRARIES,
    LIBRARIES_TITLE,
    SPRING,
    SPRING_TITLE,
    enable,
    entries,
    receipt,
    said,
)

SAID = (
    "/start", "/help", "/give", "/gifts", "/tab", "/charity", "/charity stats", "/charity on", "/charity off",
    "/language", "/privacy", "/paysupport", "/terms", "/start privacy",
    "/cancel", "/nonsense", "hello", "/start nonsense", "/start t_nonsense", "/start p_nonsense", "/start g_nonsense",
    "/start o_nonsense", "/start gifts", "/slot", "/start s_nonsense", "/admin_add 5", "/admin_remove",
    "/start@yizan_bot",
    "/monthly", "/certificates", "/recap", "/recap 1900", "/statement", "/statement nonsense", "/circle", "/why",
    "/whys", "/news", "/org monthly", "/start m_nonsense", "/start monthly",
)  # fmt: skip


@pytest.mark.parametrize(("language", "user"), [("zh-CN", None), ("en", EMMA)])
def test_every_command_answers_in_the_person_s_language(stage, on, follower, language, user):
    person = stage.persona(user) if user else follower
    for one in SAID:
        answer = person.ask(one)
        chinese = re.search("[\u4e00-\u9fff]", answer.text)
        assert bool(chinese) == (language == "zh-CN"), (one, answer.text)
    menu = {one["command"]: one["description"] for one in person.call("GET", "/commands")["commands"]}
    assert menu.keys() == {
        "start",
        "help",
        "give",
        "monthly",
        "gifts",
        "charity",
        "slot",
        "ranking",
        "recap",
        "statement",
        "privacy",
        "language",
    }
    assert menu["gifts"] == words("command-gifts", language)

    chosen = person.ask("/language")
    other = "en" if language == "zh-CN" else "zh-CN"
    person.tap(chosen, words("language-name", other))
    person.wait_at(chosen, words("language-chosen", other))
    assert words("help", other) in person.ask("/help").text


def test_an_owner_gives_and_takes_the_admin_role_and_nobody_else_does(stage, on, follower):
    owner = stage.persona(ADMIN)
    owner.ask("/start")
    name = f"粉丝{follower.id}"
    assert owner.ask("/admin_add 987654321").text == said("error-person-unknown")
    assert follower.ask(f"/admin_add {follower.id}").text == said("error-not-allowed")
    assert owner.ask(f"/admin_add {follower.id}").text == said("role-added", name=name, role=Role.ADMIN)
    assert owner.ask(f"/admin_remove {follower.id}").text == said("role-removed", name=name, role=Role.ADMIN)
    commands = {one["command"] for one in owner.call("GET", "/commands")["commands"]}
    assert {"role_add", "role_remove", "roles", "audit"} <= commands


def test_another_project_gets_the_later_posts_and_the_earlier_keep_theirs(stage, on, follower):
    creator = stage.creator
    earlier = publish(creator, "换项目之前")
    switch_on(creator, creator.ask("/charity"), SPRING_TITLE)
    later = publish(creator, "换项目之后")
    try:
        for post, slug in ((earlier, LIBRARIES), (later, SPRING)):
            card = tip(follower, post, "¥10")
            pay(card)
            stage.given[slug] += 1000
            receipt(follower, card.id)
            stage.settled()
    finally:
        switch_on(creator, creator.ask("/charity"), LIBRARIES_TITLE)
    stats = creator.ask("/charity stats").text
    assert "换项目之后" in stats


def test_off_leaves_new_posts_alone_and_refuses_taps_under_old_ones(stage, on, follower):
    creator = stage.creator
    post = publish(creator, "关之前")
    assert creator.ask("/charity off").text == said("chat-off", chat="晓雯的阅读时光")
    try:
        bare = creator.say("关之后", CHANNEL)
        answer = follower.tap(post, "¥1", CHANNEL)
        assert answer["url"] == post.url(words("post-counter-none")), "test_2_old_posts.py follows it"
        assert creator.wait_at(bare, "关之后", CHANNEL).buttons == ()
    finally:
        switch_on(creator, creator.ask("/charity"), LIBRARIES_TITLE)


def test_the_books_agree_with_what_people_paid(stage, on):
    done = stage.command("ledger", "verify", "--json")

    report = json.loads(done.stdout)
    assert (done.returncode, report["clean"], report["findings"]) == (0, True, [])
    assert report["checked"]["entries"] == entries(stage)
    assert stage.credited() == {slug: minor for slug, minor in stage.given.items() if minor}
    errors = [line for line in stage.bot.output.splitlines() if '"level":"error"' in line]
    assert errors == []
    assert "Traceback" not in stage.bot.output


def test_without_a_rail_a_tap_leads_to_the_project_s_designated_page(stages):
    stage = stages["no rail"]
    enable(stage)
    post = publish(stage.creator, "没有付款通道")
    stranger = stage.persona(next(FRESH))
    stranger.start(stranger.tap(post, "¥1", CHANNEL)["url"])
    official = words("button-designated-page")
    way = stranger.wait(lambda m: m.has("¥1") or m.has(official))
    if not way.has(official):
        stranger.tap(way, "¥1")
        way = stranger.wait(lambda m: m.has(official))
    assert way.url(official) == "https://morning-light.example/village-libraries"
    before = stranger.last_id()
    assert words("error-giving-elsewhere", project=LIBRARIES_TITLE) in stranger.tap(post, "¥5", CHANNEL)["text"]
    stranger.wait(lambda m: m.has(official), after=before)
    assert stage.rows("SELECT count(*) FROM tips") == [(0,)]
