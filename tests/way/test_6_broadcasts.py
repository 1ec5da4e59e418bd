"""An admin writes to those who asked: from the question after a first gift to the one tap that ends it."""

from tests.processes import ADMIN, Message, Persona, pay, publish, tip, words
from tests.way.cast import FRESH, LIBRARIES, answered

ZH, EN = "zh-CN", "en"


def kind(language: str) -> str:
    return words("button-kind-project-news", language)


def asks_for_news(person: Persona, language: str) -> None:
    card = person.ask("/privacy")
    assert person.tap(card, f"○ {kind(language)}")["answered"]
    person.wait_at(card, lambda m: m.has(f"✓ {kind(language)}"))


def tap_on(admin: Persona, card: Message, label: str) -> Message:
    """Press, and take what the bot says then: the same message turned, or a new one."""
    before = {m.id: (m.text, m.labels) for m in admin.messages()}
    assert admin.tap(card, label)["answered"]
    return admin.wait(lambda m: not m.out and before.get(m.id) != (m.text, m.labels))


def write(admin: Persona, chinese: str, english: str) -> Message:
    """What can be done with the draft, once both languages were shown."""
    card = admin.ask("/broadcast")
    card = tap_on(admin, card, words("button-cast-new"))
    card = tap_on(admin, card, kind(ZH))
    assert words("cast-everybody") in card.text
    tap_on(admin, card, words("button-cast-write"))
    asked = admin.ask(chinese)
    assert "English" in asked.text
    admin.ask(english)
    said = admin.say("看看 | Look | https://example.org/news")
    return admin.wait(lambda m: m.has(words("button-cast-start")), after=said.id)


def test_asked_once_written_read_by_each_in_their_language_and_ended_with_one_tap(stage, on):
    admin = stage.persona(ADMIN)
    first, second, emma = stage.persona(next(FRESH)), stage.persona(next(FRESH)), stage.persona(next(FRESH))

    paid = tip(first, publish(stage.creator, "第一次赞赏"))
    pay(paid)
    stage.given[LIBRARIES] += 100
    question = first.wait(words("wishes-kinds"))
    assert question.id > paid.id
    assert first.tap(question, f"○ {kind(ZH)}")["text"] == answered("privacy-told-on")
    question = first.wait_at(question, lambda m: m.has(f"✓ {kind(ZH)}"))
    first.tap(question, words("button-wishes-done"))
    for person, language in ((second, ZH), (emma, EN)):
        person.speak("zh-hans" if language == ZH else "en")
        person.ask("/start")
        asks_for_news(person, language)

    desk = write(admin, "图书馆开门了", "The library is open")
    shown = [m for m in admin.messages() if m.id < desk.id][-2:]
    progress = tap_on(admin, desk, words("button-cast-start"))
    got = {}
    for person, text in ((first, "图书馆开门了"), (second, "图书馆开门了"), (emma, "The library is open")):
        got[person.id] = person.wait(text)
        seen = next(m for m in shown if text in m.text)
        assert (got[person.id].text, got[person.id].labels) == (seen.text, seen.labels), "just as it was shown"
    admin.wait_at(progress, words("cast-state", state="done"), seconds=30)

    assert "一周最多一条" in first.tap(got[first.id], words("button-less-fewer"))["text"]
    less = first.wait_at(got[first.id], lambda m: m.has(words("button-less-undo")))
    assert first.tap(less, words("button-less-none"))["answered"]
    assert emma.tap(got[emma.id], words("button-less-fewer", EN))["answered"]
    again = tap_on(admin, write(admin, "还有一件事", "One more thing"), words("button-cast-start"))
    second.wait("还有一件事")
    admin.wait_at(again, words("cast-state", state="done"), seconds=30)
    assert not [m for m in first.messages() if "还有一件事" in m.text], "none is none"
    assert not [m for m in emma.messages() if "One more thing" in m.text], "one a week at most"
