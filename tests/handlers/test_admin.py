"""Owners: roles given, taken and listed, and what admins did, in both languages."""

import re
from typing import Any

import pytest
from aiogram.methods import SetMyCommands

from giving.people import Role, Visitor
from handlers.audit import Act
from services.project_import import ProjectImport
from storage.audit import AuditRecord
from tests.handlers.chat import NOW, Chat, texts_of, user
from tests.processes import ROOT

FORWARDED = {
    "message_id": 5, "date": NOW, "chat": {"id": 1003, "type": "private"}, "from": user(1003), "text": "hi",
    "forward_origin": {"type": "user", "date": NOW, "sender_user": user(1002)},
}  # fmt: skip


async def said(chat: Chat, text: str, **more: Any) -> str:
    (words,) = texts_of(await chat.says(1003, text, **more))
    return words


async def test_owners_give_and_take_any_role(chat, world):
    assert "Alice 现在是财务了" in await said(chat, "/role_add finance 1002")
    assert await world.people.roles(world.alice) == {Role.FINANCE}
    assert "Alice 不再是财务" in await said(chat, "/role_remove FINANCE 1002")
    assert await world.people.roles(world.alice) == frozenset()


async def test_the_old_commands_still_mean_the_admin_role(chat, world):
    assert "Alice 现在是管理员了" in await said(chat, "/admin_add 1002")
    assert await world.people.roles(world.alice) == {Role.ADMIN}
    assert "Alice 不再是管理员" in await said(chat, "/admin_remove 1002")


async def test_a_role_for_who_wrote_the_forwarded_message(chat, world):
    assert "Alice 现在是审核员了" in await said(chat, "/role_add reviewer", reply_to_message=FORWARDED)
    assert "Alice" in await said(chat, "/admin_add", reply_to_message=FORWARDED)


@pytest.mark.parametrize("args", ["", " finance", " 1002", " boss 1002", " finance x", " finance 1 2", " finance -5"])
async def test_who_writes_it_wrong_is_told_the_roles_and_how(chat, args):
    words = await said(chat, f"/role_add{args}")
    assert "/role_add finance 123456789" in words
    assert all(f"<code>{role}</code>" in words for role in ("admin", "reviewer", "finance", "organisation"))


async def test_owners_and_creators_are_not_made_here(chat, world):
    assert "写在设置里" in await said(chat, "/role_add owner 1002")
    assert "写在设置里" in await said(chat, "/role_remove creator 1001")


@pytest.mark.parametrize("command", ["/role_add finance 1004", "/role_remove finance 1004", "/roles", "/audit"])
async def test_others_may_not_whatever_they_write(chat, world, command):
    (words,) = texts_of(await chat.says(1002, command))
    assert "Your role" in words
    assert await world.people.roles(world.bob) == frozenset()


async def test_roles_lists_who_has_what(chat, world):
    await said(chat, "/role_add finance 1002")
    await said(chat, "/role_add admin 1002")
    words = await said(chat, "/roles")
    assert "<code>1003</code> · 所有者" in words
    assert "Alice · <code>1002</code> · 管理员 · 财务" in words


async def test_an_owner_in_english_reads_english(chat, world):
    await world.people.choose_language(await world.people.meet(Visitor(1003, "Zhou", None, "zh")), "en")
    assert "No admin has done anything yet" in await said(chat, "/audit")
    assert "Alice now has the role “organisation member”" in await said(chat, "/role_add organisation 1002")
    words = await said(chat, "/audit")
    assert "gave a role</b>: Alice" in words
    assert "role: – → organisation member" in words
    assert "owner" in await said(chat, "/roles")


async def test_audit_shows_the_last_ten_with_who_what_before_and_after(chat, world):
    assert "还没有人做过管理操作" in await said(chat, "/audit")
    await said(chat, "/role_add finance 1002")
    world.time.passes(seconds=1)
    for number in range(9):
        record = AuditRecord(
            None, "cli", "chat.presets_changed", "chat", str(world.chat.chat.id),
            {"presets": [1, number]}, {"presets": [5], **{f"n{i}": i for i in range(5)}},
        )  # fmt: skip
        async with world.unit() as work:
            await work.audit.add(record, now=world.time())
        world.time.passes(seconds=1)
    words = await said(chat, "/audit")
    assert words.count("chat.presets_changed") == 9
    assert "命令行：<b>chat.presets_changed</b>：晓雯的阅读时光" in words
    assert "按钮金额：[1, 8] → [5]" in words
    assert "还有 2 处改动" in words
    assert "给了身份</b>：Alice\n身份：– → 财务" in words
    assert words.index("[1, 8]") < words.index("[1, 0]") < words.index("Alice"), "newest first"
    async with world.unit() as work:
        await work.audit.add(AuditRecord(None, "cli", "<i>", "thing", "<b>", None, None), now=world.time())
    words = await said(chat, "/audit")
    assert "Alice" not in words, "ten are shown"
    assert "&lt;i&gt;</b>：thing &lt;b&gt;" in words


async def test_the_owners_menu_has_the_commands(chat, world):
    menu = [m for m in await chat.says(1003, "/start") if isinstance(m, SetMyCommands)]
    assert {"role_add", "role_remove", "roles", "audit"} <= {c.command for c in menu[0].commands}
    await said(chat, "/role_add admin 1002")
    theirs = [m for m in chat.calls.made if isinstance(m, SetMyCommands)][-1]
    assert not {"role_add", "roles", "audit"} & {c.command for c in theirs.commands}


async def test_audit_names_projects_and_organisations(chat, world):
    text = "organisations: [{slug: sunshine, names: {zh-CN: 月光, en: Moonlight}, verified: true}]"
    await ProjectImport(world.unit, now=world.time).run(text)
    words = await said(chat, "/audit")
    assert "命令行：<b>修改了机构</b>：月光\n" in words
    assert "名称（简体中文）：阳光阅读 → 月光" in words
    record = AuditRecord(None, "cli", "project.changed", "project", str(world.library.id), {"state": "open"}, None)
    async with world.unit() as work:
        await work.audit.add(record, now=world.time())
    assert "修改了项目</b>：乡村图书馆\n状态：开放 → –" in await said(chat, "/audit")
    to = {"project": str(world.library.id), "creator": str(world.bob.id), "state": "on"}
    record = AuditRecord(None, "cli", "chat.changed", "chat", str(world.chat.chat.id), {"state": "paused"}, to)
    async with world.unit() as work:
        await work.audit.add(record, now=world.time())
    words = await said(chat, "/audit")
    assert "状态：暂停 → 开启\n项目：– → 乡村图书馆\n博主：– → Bob" in words


async def test_every_act_that_is_recorded_has_words_in_the_chat(chat, world):
    folders = [ROOT / name for name in ("services", "launch")]
    source = "\n".join(path.read_text("utf-8") for folder in folders for path in folder.rglob("*.py"))
    acts = set(re.findall(r'"((?:account|ledger|refund|role|person|organisation|project|chat)\.[a-z_]+)"', source))
    assert {"ledger.reversed", "ledger.converted", "refund.granted", "role.granted"} <= acts
    assert {act.replace(".", "-").replace("_", "-") for act in acts} <= set(Act)
    record = AuditRecord(None, "cli", "ledger.reversed", "entry", "fee:stripe:txn_1", after={"reason": "twice"})
    async with world.unit() as work:
        await work.audit.add(record, now=world.time())
    assert "命令行：<b>冲销了一条分录</b>：" in await said(chat, "/audit")
