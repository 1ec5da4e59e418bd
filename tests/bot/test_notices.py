"""Outbox notices as messages."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from bot import notices
from giving.money import Money
from sandbox.telegram.html import parse
from services.digests import Digest
from services.outbox import Notice, NoticeKind, OutboxService
from services.projects import LatestGift
from services.refunds import Returned
from services.tips import TipCard
from tests.bot.samples import (
    AT,
    BACK,
    CHAT,
    EXTRA,
    LINKS,
    PAID,
    TALLY,
)
from tests.texts.words import TEXTS


def notice(kind: NoticeKind, recipient: int = 1, subject: UUID | None = None, language: str = "en") -> Notice:
    return Notice(
        id=uuid4(), kind=kind, recipient=recipient, person=uuid4(), subject=subject or uuid4(), language=language,
        attempts=0, silent=False,
    )  # fmt: skip


def test_receipts_of_one_person_go_together_and_nothing_else_does():
    kinds = [
        NoticeKind.RECEIPT,
        NoticeKind.CARD,
        NoticeKind.RECEIPT,
        NoticeKind.CARD,
        NoticeKind.EXTRA,
        NoticeKind.EXTRA,
    ]
    mixed = [notice(kind) for kind in kinds] + [notice(NoticeKind.RECEIPT, recipient=2)]
    assert [[n.kind for n in batch] for batch in notices.together(mixed)] == [
        [NoticeKind.RECEIPT] * 2, [NoticeKind.CARD], [NoticeKind.CARD], [NoticeKind.EXTRA], [NoticeKind.EXTRA],
        [NoticeKind.RECEIPT],
    ]  # fmt: skip
    many = notices.together([notice(NoticeKind.RECEIPT) for _ in range(20)])
    assert [len(batch) for batch in many] == [8, 8, 4]
    assert notices.together([]) == []


class Box:
    """An outbox that knows some tips."""

    def __init__(self, *known: TipCard, digest: Digest | None = None) -> None:
        self.known, self.known_digest = list(known), digest

    async def tip_cards(self, notices: object) -> list[TipCard]:
        return self.known

    async def paid_again(self, notice: object) -> list[TipCard]:
        return self.known

    async def returned(self, notices: object) -> list[Returned]:
        return [Returned(card, card.tip.amount) for card in self.known]

    async def digest(self, notice: object) -> Digest | None:
        return self.known_digest


async def told(of: Sequence[Notice], box: Box) -> Any:
    return await notices.render(of, cast(OutboxService, box), TEXTS, LINKS, test_money=True)


@pytest.mark.parametrize(
    ("kind", "card", "says"),
    [
        (NoticeKind.RECEIPT, PAID, "YZ-00000-00000-000"),
        (NoticeKind.EXTRA, EXTRA, "You paid twice"),
        (NoticeKind.REFUNDED, BACK, "was returned"),
        (NoticeKind.CARD, PAID, "Paid ✓"),
    ],
)
async def test_each_notice_says_what_happened(kind, card, says):
    rendered = await told([notice(kind)], Box(card))
    assert says in rendered.text
    assert rendered.text.count("Test money") == 1
    assert (await told([notice(kind)], Box())) is None


async def test_a_receipt_leads_to_its_page_and_to_my_gifts():
    rendered = await told([notice(NoticeKind.RECEIPT)], Box(PAID))
    first, undo, every_month, second = (row[0] for row in rendered.keyboard.inline_keyboard)
    assert every_month.callback_data.startswith("pln:")
    assert first.url == "http://127.0.0.1:8081/r/YZ-00000-00000-000?lang=en"
    assert undo.text == "Undo ¥1.50 (for 30 minutes)"
    assert second.callback_data == "my:0:1"


async def test_an_extra_payment_can_be_taken_back_and_a_card_can_no_longer_be_paid():
    extra = await told([notice(NoticeKind.EXTRA)], Box(EXTRA))
    assert any("Take back ¥1.50" in row[0].text for row in extra.keyboard.inline_keyboard)
    card = await told([notice(NoticeKind.CARD)], Box(PAID))
    assert not any("Pay" in row[0].text for row in card.keyboard.inline_keyboard)


async def test_a_digest_names_those_who_show_their_name():
    named = (LatestGift("小明", Money(100, "CNY"), AT), LatestGift("小红", None, AT))
    digest = Digest(CHAT, ({"zh-CN": "图书馆"},), AT, replace(TALLY, donors=3), named, TALLY)
    rendered = await told([notice(NoticeKind.DIGEST, language="zh-CN")], Box(digest=digest))
    said = parse(rendered.text)[0].replace("\u2068", "").replace("\u2069", "")
    assert "3 位粉丝，共 ¥36，100% 计入 图书馆" in said
    assert "谢谢：小明 ¥1 · 小红\n" in said
    assert "测试" in said
    assert await told([notice(NoticeKind.DIGEST)], Box()) is None
    assert await told([], Box()) is None
