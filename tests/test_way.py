"""The main way and its side ways, by HTTP only, through a real bot in a process of its own, on both databases."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from giving.money import Money
from tests.processes import (
    ADMIN,
    BOT,
    CHANNEL,
    FOLLOWER,
    PROJECTS,
    Message,
    Persona,
    Stage,
    database_on,
    fetch,
    is_card,
    pay,
    pay_url,
    publish,
    switch_on,
    tip,
    together,
    until,
    words,
    write_seed,
)

LIBRARIES, LIBRARIES_TITLE = "village-libraries", "乡村图书馆计划"
SPRING, SPRING_TITLE = "clear-spring", "一眼清泉"
CODE = r"YZ-[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{3}"
GARDEN, GARDEN_ADMIN = "@lihe_garden", 1006
EMMA, MARKUP, FAMILY = 2101, 2201, 2202
MARKUP_NAME = "<b>老</b>\u202e&amp;\u200b\u2066<script>alert(1)</script>"
FAMILY_NAME = "👨‍👩‍👧‍👦" * 300
QUICK: dict[str, Any] = {  # so that nothing waits for a rhythm that is tested elsewhere
    "YIZAN_NOTICES__DIGEST_EVERY_S": "1",
    "YIZAN_NOTICES__COUNTER_EVERY_S": "1",
    "YIZAN_NOTICES__PER_CHAT_PER_SECOND": "30",
    "YIZAN_NOTICES__PER_GROUP_PER_MINUTE": "600",
}
FRESH = iter(range(2001, 2100))


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def more_people(seed: dict[str, Any]) -> None:
    """Followers who never started the bot, some with difficult names; a second channel with an administrator."""
    followers = [{"id": user, "name": f"粉丝{user}", "language": "zh-hans"} for user in range(2001, 2100)]
    followers += [
        {"id": EMMA, "name": "Emma Fischer", "language": "en"},
        {"id": MARKUP, "name": MARKUP_NAME, "language": "zh-hans"},
        {"id": FAMILY, "name": FAMILY_NAME, "language": "zh-hans"},
    ]
    seed["users"] += [*followers, {"id": GARDEN_ADMIN, "name": "李禾", "language": "zh-hans"}]
    seed["chats"][0]["members"] += [{"user": user["id"]} for user in followers]
    owner, administrator = {"user": ADMIN, "status": "creator"}, {"user": GARDEN_ADMIN, "status": "administrator"}
    administrator["rights"] = {"can_post_messages": True, "can_manage_chat": True}
    members = [owner, administrator]
    garden = {"id": -1001000000002, "type": "channel", "title": "李禾的菜园", "username": GARDEN[1:]}
    seed["chats"].append(garden | {"members": members, "posts": []})


@pytest.fixture(scope="module")
def stages(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Stage]]:
    """Both databases, and a bot without any rail; started beside each other."""
    folder = tmp_path_factory.mktemp("way")
    seed = write_seed(folder / "seed.yaml", more_people)
    sqlite = f"sqlite:///{folder}/yizan.db"
    with database_on(postgres, "way") as server:
        found = {
            "sqlite": Stage(folder / "sqlite", sqlite, seed=seed, **QUICK),
            "postgresql": Stage(folder / "postgresql", server, seed=seed, **QUICK),
            "no rail": Stage(folder / "no-rail", f"sqlite:///{folder}/no-rail.db", seed=seed, rail=False, **QUICK),
        }
        try:
            together(*(stage.begin for stage in found.values()))
            for stage in found.values():
                stage.ready()
            yield found
        finally:
            for stage in found.values():
                stage.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, stages: dict[str, Stage]) -> Stage:
    """One of the two databases, for the whole file."""
    return stages[request.param]


@pytest.fixture(scope="module")
def on(stage: Stage) -> Message:
    """Tipping is on in the first channel, for the libraries; what the creator was told last."""
    return enable(stage)


def enable(stage: Stage) -> Message:
    creator = stage.creator
    added = creator.wait(words("bot-ready"))
    assert words("bot-can") in added.text
    return switch_on(creator, added, LIBRARIES_TITLE)


@pytest.fixture(autouse=True)
def books(stages: dict[str, Stage]) -> Iterator[None]:
    """After every test all that was paid is credited, to the fen, and the ledger verifies."""
    yield
    for stage in stages.values():
        try:
            stage.settled()
        finally:
            stage.show_logs()


@pytest.fixture
def follower(stage: Stage) -> Persona:
    """Somebody who reads the channel and never started the bot."""
    return stage.persona(next(FRESH))


def receipt(person: Persona, after: int) -> str:
    """The code of the receipt that comes."""
    return code_in(person.wait(words("receipt-thanks"), after=after))


def code_in(message: Message) -> str:
    found = re.search(CODE, message.text)
    assert found, message.text
    return found[0]


# --- The way ---------------------------------------------------------------------------------------------------------


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


def test_paid_twice_is_two_gifts_and_the_second_can_be_taken_back(stage, on, follower):
    post = publish(stage.creator, "付了两次")
    card = tip(follower, post, "¥5")
    assert len(pay(card, "twice")["charges"]) == 2
    stage.given[LIBRARIES] += 1000
    first = receipt(follower, card.id)
    extra = follower.wait(words("extra-told", amount=cny(500), project=LIBRARIES_TITLE, code="").split("\n")[0])
    second = code_in(extra)
    assert first != second
    stage.settled()
    stage.creator.wait_at(post, lambda m: m.has(words("post-counter", donors=1, given=cny(1000))), CHANNEL)

    follower.tap(extra, words("button-take-back", amount=cny(500)))
    stage.given[LIBRARIES] -= 500
    told = follower.wait(words("refund-told", amount=cny(500), project="", code="").split("\n")[0], after=extra.id)
    assert second in told.text
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


def entries(stage: Stage) -> int:
    return int(stage.rows("SELECT count(*) FROM entries")[0][0])


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


# --- Bad input -------------------------------------------------------------------------------------------------------

NOT_UNDERSTOOD = words("error-amount-not-understood", least=cny(100), most=cny(5_000_000))
TOO_SMALL = words("error-tip-too-small", least=cny(100), most=cny(5_000_000))
TOO_LARGE = words("error-tip-too-large", least=cny(100), most=cny(5_000_000))


def test_amounts_that_are_not_understood_are_refused_in_one_line_and_nothing_is_recorded(stage, on, follower):
    asked = ask_for_other(stage, follower)
    before = stage.rows("SELECT count(*) FROM tips")
    refused = ("-5", "1.234", "十", "1e9", "abc", "9" * 400, "٥", "1,5", "5 5", "NaN")
    for typed in refused:
        assert follower.ask(typed).text == NOT_UNDERSTOOD, typed
    for typed, words_for_it in (("0", TOO_SMALL), ("0.99", TOO_SMALL), ("50000.01", TOO_LARGE)):
        assert follower.ask(typed).text == words_for_it, typed
    assert stage.rows("SELECT count(*) FROM tips") == before
    assert all("\n" not in text for text in (NOT_UNDERSTOOD, TOO_SMALL, TOO_LARGE))

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
    refusal = words("error-not-administrator", chat="李禾的菜园")
    for message, label in ((switched, words("button-tipping-off")), (confirm, words("button-confirm-on"))):
        answer = lihe.tap(message, label)
        assert (answer["text"], answer["alert"]) == (refusal, True)
    assert lihe.ask("/charity off").text == refusal
    assert publish(owner, "还开着", GARDEN).has("¥1")
    assert SPRING_TITLE in lihe.ask("/charity").text
    title = "李禾的菜园"
    assert title not in follower.ask("/charity").text
    assert words("chats-none", bot=BOT) == follower.ask("/charity").text


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
        assert follower.tap(post, "¥1", CHANNEL)["text"] == refusal
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


def import_projects(stage: Stage, folder: Path, *, closed: str | None = None) -> None:
    """Renew the projects, with one of them closed."""
    content = yaml.safe_load(PROJECTS.read_text(encoding="utf-8"))
    for project in content["projects"]:
        project["state"] = "closed" if project["slug"] == closed else "open"
    file = folder / "projects.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    done = stage.command("project", "import", str(file))
    assert done.returncode == 0, done.stderr


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


# --- Words -----------------------------------------------------------------------------------------------------------

SAID = (
    "/start", "/help", "/give", "/gifts", "/charity", "/charity stats", "/charity on", "/charity off", "/language",
    "/cancel", "/nonsense", "hello", "/start nonsense", "/start t_nonsense", "/start p_nonsense", "/start g_nonsense",
    "/start o_nonsense", "/start gifts", "/admin_add 5", "/admin_remove", "/start@yizan_bot",
)  # fmt: skip


@pytest.mark.parametrize(("language", "user"), [("zh-CN", None), ("en", EMMA)])
def test_every_command_answers_in_the_person_s_language(stage, on, follower, language, user):
    person = stage.persona(user) if user else follower
    for said in SAID:
        answer = person.ask(said)
        chinese = re.search("[\u4e00-\u9fff]", answer.text)
        assert bool(chinese) == (language == "zh-CN"), (said, answer.text)
    menu = {one["command"]: one["description"] for one in person.call("GET", "/commands")["commands"]}
    assert menu.keys() == {"start", "help", "give", "gifts", "charity", "language"}
    assert menu["gifts"] == words("command-gifts", language)

    chosen = person.ask("/language")
    other = "en" if language == "zh-CN" else "zh-CN"
    person.tap(chosen, words("language-name", other))
    person.wait_at(chosen, words("language-chosen", other))
    assert person.ask("/help").text == words("help", other)


def test_an_owner_gives_and_takes_the_admin_role_and_nobody_else_does(stage, on, follower):
    owner = stage.persona(ADMIN)
    owner.ask("/start")
    name = f"粉丝{follower.id}"
    assert owner.ask("/admin_add 987654321").text == words("error-person-unknown")
    assert follower.ask(f"/admin_add {follower.id}").text == words("error-not-allowed")
    assert owner.ask(f"/admin_add {follower.id}").text == words("admin-added", name=name)
    assert owner.ask(f"/admin_remove {follower.id}").text == words("admin-removed", name=name)
    commands = {one["command"] for one in owner.call("GET", "/commands")["commands"]}
    assert {"admin_add", "admin_remove"} <= commands


# --- Later -----------------------------------------------------------------------------------------------------------


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
    assert creator.ask("/charity off").text == words("chat-off", chat="晓雯的阅读时光")
    try:
        bare = creator.say("关之后", CHANNEL)
        answer = follower.tap(post, "¥1", CHANNEL)
        assert answer["alert"], answer
        assert creator.wait_at(bare, "关之后", CHANNEL).buttons == ()
    finally:
        switch_on(creator, creator.ask("/charity"), LIBRARIES_TITLE)


def test_the_books_agree_with_what_people_paid(stage, on):
    done = stage.command("ledger", "verify", "--json")

    report = json.loads(done.stdout)
    assert (done.returncode, report["clean"], report["findings"]) == (0, True, [])
    assert report["checked"]["entries"] == entries(stage)
    assert stage.credited() == {slug: minor for slug, minor in stage.given.items() if minor}
    assert '"level": "error"' not in stage.bot.output
    assert "Traceback" not in stage.bot.output


def test_without_a_rail_a_tap_leads_to_the_project_s_designated_page(stages):
    stage = stages["no rail"]
    enable(stage)
    post = publish(stage.creator, "没有付款通道")
    stranger = stage.persona(next(FRESH))
    stranger.start(stranger.tap(post, "¥1", CHANNEL)["url"])
    way = stranger.last() if stranger.last().has(words("button-designated-page")) else None
    if way is None:
        led = stranger.wait(lambda m: m.has("¥1"))
        stranger.tap(led, "¥1")
        way = stranger.wait(lambda m: m.has(words("button-designated-page")))
    assert way.url(words("button-designated-page")) == "https://morning-light.example/village-libraries"
    before = stranger.last_id()
    assert words("error-giving-elsewhere", project=LIBRARIES_TITLE) in stranger.tap(post, "¥5", CHANNEL)["text"]
    stranger.wait(lambda m: m.has(words("button-designated-page")), after=before)
    assert stage.rows("SELECT count(*) FROM tips") == [(0,)]
