"""What a seed file can say, and that a wrong one leaves nothing behind."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sandbox import chats, messages
from sandbox.__main__ import SEED as DEMO
from sandbox.people import posts
from sandbox.seed import SeedError, moment, sow
from sandbox.state import State

SEED = """
bots: [{id: 9, name: Bot, username: a_bot, token: "9:x"}]
users: [{id: 1, name: Ann, last_name: Li, username: ann, language: en, persona: creator}, {id: 2, name: Bo}]
started: [2]
chats:
  - {id: -5, type: channel, title: News, signed: true, members: [{user: 1, status: creator}], posts: [
      {by: 1, at: "-1d", text: hello}]}
"""


def sown(path: Path, text: str) -> State:
    (path / "seed.yaml").write_text(text, encoding="utf-8")
    state = State(path / "s.db")
    sow(state, path / "seed.yaml")
    return state


def test_a_seed_says_who_started_and_who_signed(tmp_path: Path) -> None:
    state = sown(tmp_path, SEED)

    assert [chats.private_chat(state, person, 9).started for person in (1, 2)] == [False, True]  # type: ignore[union-attr]
    news = chats.find_chat(state, -5)
    assert news
    (post,) = messages.read(state, news, after=None, limit=9)
    assert (post.signature, post.date // 60) == ("Ann Li", (state.now() - 86400) // 60)
    assert state.rows("SELECT * FROM updates") == []


def test_the_seed_of_the_demo_has_a_discussion_group_with_the_bot_that_hears_only_what_comes(tmp_path: Path) -> None:
    state = State(tmp_path / "s.db")
    sow(state, DEMO)

    channel, group = (chats.find_chat(state, ref) for ref in ("@xiaowen_reads", -1002000000001))
    assert channel
    assert group
    assert (group.type, channel.linked, group.linked) == ("supergroup", group.key, channel.key)
    bot = chats.main_bot(state)
    assert chats.member(state, group, bot.id).may("can_delete_messages")
    assert [user.persona for user, _ in chats.members(state, group) if not user.is_bot] == [
        "creator",
        "follower",
        "admin",
    ]
    assert "".join(row["body"] for row in state.rows("SELECT body FROM updates")).count("青石读书群") == 0
    creator = chats.get_user(state, 1001)
    with state.change():
        posts.write(state, creator, channel, "新书到了")
    heard = [row["body"] for row in state.rows("SELECT body FROM updates")][-2:]
    assert ["is_automatic_forward" in body for body in heard] == [False, True]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("-1d", "yesterday", 'write -3h, -2d or "-2d 09:30"'),
        ("type: channel", "type: forum", "plays channel, group, supergroup, no forum"),
        ("by: 1", "by: 7", "there is no user 7"),
        ("by: 1", "by: 2", "may not post"),
        ("users:", "people:", "KeyError"),
        ("id: 2", "id: 1", "IntegrityError"),
        ("bots: [", "bots: {", "ParserError"),
    ],
)
def test_a_wrong_seed_is_named_and_leaves_a_first_start(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(SeedError, match=words):
        sown(tmp_path, SEED.replace(old, new, 1))


@pytest.mark.parametrize(
    ("offset", "back"),
    [
        ("-3h", timedelta(hours=3)),
        ("-2d", timedelta(days=2)),
        ("-2d 09:30", timedelta(days=2, hours=5)),
        ("-0d 23:00", timedelta()),
    ],
)
def test_dates_count_back_from_the_start_and_are_never_after_it(offset: str, back: timedelta) -> None:
    start = datetime.fromisoformat("2026-11-22T14:30:00+08:00")

    assert moment(offset, start) == int((start - back).timestamp())


@pytest.mark.parametrize(
    ("language", "said"), [(None, "来得及，三年级排着队等呢！"), ("en", "Yes! Grade three is waiting in line.")]
)
def test_people_of_the_demo_wrote_in_its_language(tmp_path: Path, language: str | None, said: str) -> None:
    state = State(tmp_path / "s.db")
    sow(state, DEMO, language=language)

    group = chats.find_chat(state, -1002000000001)
    assert group
    assert said in [message.text for message in messages.read(state, group, after=None, limit=9)]
    everything = " ".join(row["text"] for row in state.rows("SELECT text FROM messages"))
    assert ("我" in everything) is (language is None)
