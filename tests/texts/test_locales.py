"""Every language says everything, with the same arguments; nothing is said that nobody asks for."""

import inspect
import re
from pathlib import Path

import pytest
from fluent.syntax import ast, parse
from fluent.syntax.visitor import Visitor

from giving import errors
from texts import Texts

ROOT = Path(__file__).parents[2]
LOCALES = ROOT / "locales"
LANGUAGES = sorted(folder.name for folder in LOCALES.iterdir() if folder.is_dir())
CODE = [
    *(
        file
        for folder in ("bot", "handlers", "web", "services", "pictures", "texts")
        for file in (ROOT / folder).rglob("*.py")
    ),
    *(ROOT / "web" / "templates").rglob("*.html"),
    *(ROOT / "pictures" / "templates").rglob("*.j2"),
    *ROOT.glob("*.py"),
]
# What may stand before the key: the language, or nothing where the place knows it (handlers/here.py).
LANGUAGE = r"(?:\w+(?:\.\w+)?,\s*)?"
# Keys that the code puts together: prefix, and what may stand behind it.
COMPOSED = {
    "button-cast-": "start-paid|ask-paid",
    "button-less-": "fewer|none",
    "less-": "all|fewer|none",
    "alert-": r"differences|not-reconciled|guard-raised|guard-shut|payment-open|disputed|dispute-won|dispute-lost"
    r"|refund-wished|refund-refused|refund-failed|refund-open|transfer-refused|transfer-open|inquiry|odd|waiting|reversed"
    r"|account-ready|account-shut|match-held|tab-refused|pledge-refused|paid-twice|broadcast-stopped|broadcast-alone|day-renamed"
    r"|line-[a-z-]+",
    "bot-lacks-": r"administrator|edit-messages|member|send-messages",
    "group-": r"on|off|confirm|paused|resumed|card-paused|card-resting|charity|charity-anonymous|ready-back|ready-on"
    r"|presets-ask|presets-set|stats-top|stats-none|stats-post-untitled",
    "button-see-": r"named|anonymous|amount-hidden",
    "button-kind-": r"giving-days|project-news|monthly|thanks",
    "chat-card-": r"on|off|paused|resting|orphaned",
    "chats-line-": r"on|off|paused|resting|orphaned",
    "command-": r"[a-z-]+",
    "rail-": r"sandbox|sandbox-card|stripe|wechat|alipay|stars|telegram",
    "service-": r"sandbox|sandbox-card|stripe|wechat|alipay|stars|telegram",
    "gift-": r"disputed|dispute-won",
    "extra-": r"(returning|told|kept)-many",
    "chat-": r"disputed|dispute-won|dispute-lost",
    "refunds-": r"near|past",
    "day-card-": r"of-pool|of-need|here-group|here-channel",
    "day-": r"tenth|half|full|last-hour|target|card-lost",
    "button-day-card-": r"on|off",
    "pool-cap-": r"gift|donor-day|project",
    "pool-remainder-": r"carry|back|shared",
    "pool-state-": r"draft|open|withdrawn|ended",
    "matching-why-": r"new-account|many-gifts|ring|shared-payer",
    "button-match-all-": r"new-account|many-gifts|ring|shared-payer",
    "circle-reason-": r"money|another|unclear|too-many|other|none",
    "web-circle-": r"active|paused|waiting|before|began|ended|open|lost",
    "why-is-": r"waiting|shown|refused",
    "why-refused-": r"private|advert|rude|unrelated|other",
    "button-why-": r"private|advert|rude|unrelated|other",
    "org-member-": r"add|remove",
    "scanner-": r"wechat|alipay",
    "button-way-": r"now|tab",
    "pledge-next-": r"saved|link|tab|stars",
    "pledge-then-": r"saved|link|tab|stars",
    "button-pledge-": r"amount|day|way",
    "button-pledge-why-": r"money|another|unclear|too-many|other",
    "button-tab-": r"settle-at|month",
    "statement-column-": r"paid|receipt|project|organisation|amount|returned|kept|currency|rail|month|matched",
    "tab-ask-": r"settle|month",
    "stats-": r"today|week|month|ever",
    "day-preview-": r"audience|creator",
    "button-day-view-": r"audience|creator",
    "day-sure-": r"schedule|go-live|stop|cancel",
    "button-day-sure-": r"schedule|go-live|stop|cancel",
    "button-day-confirm-": r"schedule|go-live|invite",
    "day-done-": r"schedule|go-live|extend|stop|cancel|invite",
    "day-ask-": r"title|text|hashtag|starts|ends|amounts|month-day",
    "button-day-field-": r"title|text|hashtag|starts|ends|amounts|projects|audience|pools",
    "error-": r"[a-z-]+",
    "ranking-board-": r"creators|projects|chats|donors",
    "button-ranking-": r"(week|month)-[01]",
    "web-": r"[a-z0-9-]+",
}
ALERT = 200


class Used(Visitor):
    def __init__(self) -> None:
        self.arguments: set[str] = set()
        self.messages: set[str] = set()

    def visit_VariableReference(self, node):
        self.arguments.add(node.id.name)

    def visit_MessageReference(self, node):
        self.messages.add(node.id.name)


def messages(language: str) -> dict[str, tuple[str, Used, ast.Message]]:
    found: dict[str, tuple[str, Used, ast.Message]] = {}
    for file in sorted((LOCALES / language).glob("*.ftl")):
        for entry in parse(file.read_text(encoding="utf-8")).body:
            if isinstance(entry, ast.Message):
                used = Used()
                used.visit(entry)
                found[entry.id.name] = (file.name, used, entry)
    return found


ALL = {language: messages(language) for language in LANGUAGES}


def test_there_are_two_languages_and_they_load():
    assert set(Texts.load(LOCALES, strict=True).languages) == set(LANGUAGES) >= {"zh-CN", "en"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys_in_the_same_files_with_the_same_arguments(language: str) -> None:
    def signatures(of: str) -> dict[str, tuple[str, list[str]]]:
        return {key: (file, sorted(used.arguments)) for key, (file, used, _) in ALL[of].items()}

    assert signatures(language) == signatures("zh-CN")


def test_every_refusal_has_its_words():
    for _, error in inspect.getmembers(errors, inspect.isclass):
        if issubclass(error, errors.GivingError):
            assert error.message_key in ALL["zh-CN"]


def test_no_message_is_unused():
    code = "\n".join(file.read_text(encoding="utf-8") for file in CODE)
    referenced = {key for _, used, _ in ALL["zh-CN"].values() for key in used.messages}
    unused = [
        key
        for key in ALL["zh-CN"]
        if key not in referenced
        and not re.search(rf"""["']{re.escape(key)}["']""", code)
        and not any(re.fullmatch(prefix + f"(?:{rest})", key) for prefix, rest in COMPOSED.items())
    ]
    assert unused == []


def test_no_composed_key_is_forgotten():
    errors_said = {key for key in ALL["zh-CN"] if key.startswith("error-")}
    raised = {
        e.message_key for _, e in inspect.getmembers(errors, inspect.isclass) if issubclass(e, errors.GivingError)
    }
    assert errors_said == raised


def test_every_key_in_the_code_exists():
    asked = set()
    for file in CODE:
        asked |= set(
            re.findall(rf"""(?:\.plain|\.chat)\(\s*{LANGUAGE}"([a-z0-9-]+)\"""", file.read_text(encoding="utf-8"))
        )
    assert asked - set(ALL["zh-CN"]) == set()
    assert len(asked) > 50


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_shown_without_markup_has_none(language):
    code = "\n".join(file.read_text(encoding="utf-8") for file in CODE if "web" not in file.parts)
    plain = set(re.findall(rf"""\.plain\(\s*{LANGUAGE}"([a-z0-9-]+)\"""", code))
    plain |= {key for key in ALL[language] if key.startswith(("button-", "error-", "command-"))}
    for key in sorted(plain):
        text = (LOCALES / language / ALL[language][key][0]).read_text(encoding="utf-8")
        body = re.search(rf"^{re.escape(key)} =(.*?)(?=^[a-z#-]|\Z)", text, re.DOTALL | re.MULTILINE)
        assert body
        assert "<" not in body[1], key
        assert "&" not in body[1], key


@pytest.mark.parametrize("language", LANGUAGES)
def test_commands_and_introductions_fit_telegram(language):
    texts = Texts.load(LOCALES, strict=True)
    assert len(texts.plain(language, "bot-name")) <= 64
    assert len(texts.plain(language, "bot-about")) <= 120
    assert len(texts.plain(language, "bot-description")) <= 512
    for key in ALL[language]:
        if key.startswith("command-"):
            assert 3 <= len(texts.plain(language, key)) <= 256
