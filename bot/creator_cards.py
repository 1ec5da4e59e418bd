"""What a creator sees in the private chat: channels, their state and figures. Pure: data in, text and keyboard out."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot import creator_keyboards, keyboards
from bot.callbacks import ChatDeed
from bot.cards import Rendered, paragraphs, project_items, project_text
from giving.creators import Chat, ChatCard, ChatState, CreatorStats, PostCounter
from giving.money import Money
from giving.names import clean
from giving.projects import ProjectCard, Tally, in_language
from giving.slots import Slot
from giving.tips import Limits
from services.digests import Digest
from services.links import Links
from services.projects import LatestGift, Page
from texts import Html, Texts, link

CHATS_ON_A_PAGE: Final = 8
TITLE_IN_LIST: Final = 40


def bot_added(texts: Texts, links: Links, language: str, card: ChatCard) -> Rendered:
    """After the bot joined or its rights changed: what it does, what it found again, what it lacks, the next step."""
    chat = card.chat
    missing = [texts.chat(language, f"bot-lacks-{right.replace('_', '-')}") for right in chat.missing]
    ready = texts.chat(language, "bot-ready-on" if chat.tipping else "bot-ready")
    found = None
    if card.back and card.project:
        found = texts.chat(language, "bot-found-again", project=card.project.project.title(language))
        ready = texts.chat(language, "bot-ready-paused") if chat.paused else ready
    text = paragraphs(
        texts.chat(language, "bot-added", chat=chat.title),
        found or texts.chat(language, "bot-can"),
        *(missing or [ready]),
    )
    return Rendered(text, creator_keyboards.chat_card(texts, links, language, card))


def bot_removed(texts: Texts, links: Links, language: str, chat: Chat) -> Rendered:
    """The bot is out; nothing is lost."""
    rows = keyboards.keyboard(keyboards.add_bot(texts, links, language))
    return Rendered(texts.chat(language, "bot-removed", chat=chat.title), rows if rows.inline_keyboard else None)


def chat_list(
    texts: Texts, links: Links, language: str, cards: Sequence[ChatCard], deed: ChatDeed, number: int = 0
) -> Rendered:
    """A page of my channels with their state, project and what they were given; or how to get one here."""
    if not cards:
        rows = keyboards.keyboard(
            [*keyboards.add_bot(texts, links, language), [creator_keyboards.find(texts, language)]]
        )
        return Rendered(texts.chat(language, "chats-none", bot=f"@{links.bot_username}"), rows)
    size = CHATS_ON_A_PAGE
    number = min(number, (len(cards) - 1) // size)
    here = cards[number * size : (number + 1) * size]
    if deed is not ChatDeed.CARD:
        text = texts.chat(language, "chats-pick")
    else:
        text = paragraphs(texts.chat(language, "chats-list"), *(_line(texts, language, card) for card in here))
    page = Page.of(list(here), number=number, size=size, total=len(cards))
    return Rendered(text, creator_keyboards.chat_list(texts, links, language, page, deed))


def _line(texts: Texts, language: str, card: ChatCard) -> Html:
    title = clean(card.chat.title, most=TITLE_IN_LIST)
    lines = [texts.chat(language, f"chats-line-{_state(card)}", chat=title)]
    if card.project and card.chat.state is not ChatState.OFF:
        project = clean(card.project.project.title(language), most=TITLE_IN_LIST)
        lines.append(texts.chat(language, "chats-line-project", project=project))
    if card.raised and card.raised.gifts:
        lines.append(texts.chat(language, "chats-line-given", donors=card.raised.donors, given=card.raised.sums))
    if card.run_by is not None:
        lines.append(texts.chat(language, "chats-run-by", name=_name(texts, language, card.run_by)))
    return Html("\n".join(lines))


def _state(card: ChatCard) -> str:
    chat = card.chat
    if chat.paused:
        return "orphaned" if chat.orphaned else "resting"
    if not chat.tipping:
        return "off"
    return "on" if chat.rights.present else "paused"


def _key(chat: Chat, key: str) -> str:
    """A group has words of its own where a channel has posts with buttons."""
    return f"group-{key}" if chat.is_group else key


def _name(texts: Texts, language: str, name: str) -> str:
    return name or texts.plain(language, "someone")


def chat(texts: Texts, links: Links, language: str, card: ChatCard, *, several: bool = False) -> Rendered:
    """One channel: its state, project and amounts, what it was given, what it lacks, what can be done."""
    chat = card.chat
    project = card.project.project.title(language) if card.project else ""
    state = _state(card)
    key = f"group-card-{state}" if chat.is_group and state in ("paused", "resting") else f"chat-card-{state}"
    text = texts.chat(language, key, chat=chat.title, **({"project": project} if state != "off" else {}))
    rights = chat.rights
    missing = [texts.chat(language, f"bot-lacks-{right.replace('_', '-')}") for right in chat.missing]
    back = missing if rights.present or not chat.tipping else []  # "paused" says it
    more = []
    if card.raised and card.raised.gifts:
        more.append(texts.chat(language, "chat-card-given", donors=card.raised.donors, given=card.raised.sums))
    if chat.presets_minor and card.project:
        currency = card.project.project.target.currency
        shown = " · ".join(texts.money(language, Money(minor, currency)) for minor in chat.presets_minor)
        more.append(texts.chat(language, "chat-card-presets", amounts=shown))
    if card.run_by is not None:
        more.append(texts.chat(language, "chats-run-by", name=_name(texts, language, card.run_by)))
    rows = creator_keyboards.chat_card(texts, links, language, card, several=several)
    return Rendered(paragraphs(text, "\n".join(more), *back), rows)


def ask_presets(
    texts: Texts, language: str, chat: Chat, choices: Sequence[tuple[Money, ...]], limits: Limits, now: Sequence[Money]
) -> Rendered:
    """Which amounts shall stand under posts?"""
    shown = " · ".join(texts.money(language, amount) for amount in now)
    text = texts.chat(
        language, _key(chat, "presets-ask"), chat=chat.title, amounts=shown, least=limits.least, most=limits.most
    )
    return Rendered(text, creator_keyboards.presets(texts, language, chat, choices))


def presets_set(texts: Texts, links: Links, language: str, card: ChatCard, amounts: Sequence[Money]) -> Rendered:
    """From the next post on; the newest posts change at once."""
    shown = " · ".join(texts.money(language, amount) for amount in amounts)
    text = texts.chat(language, _key(card.chat, "presets-set"), chat=card.chat.title, amounts=shown)
    return Rendered(text, creator_keyboards.chat_card(texts, links, language, card))


def paused(texts: Texts, links: Links, language: str, card: ChatCard) -> Rendered:
    """Posts keep what they show; nobody can tip."""
    text = texts.chat(language, "group-paused" if card.chat.is_group else "chat-paused", chat=card.chat.title)
    return Rendered(text, creator_keyboards.chat_card(texts, links, language, card))


def resumed(texts: Texts, links: Links, language: str, card: ChatCard) -> Rendered:
    """The buttons are back."""
    project = card.project.project.title(language) if card.project else ""
    key = "group-resumed" if card.chat.is_group else "chat-resumed"
    text = texts.chat(language, key, chat=card.chat.title, project=project)
    return Rendered(text, creator_keyboards.chat_card(texts, links, language, card))


def ask_chat(texts: Texts, language: str) -> Rendered:
    """Which channel do you mean?"""
    return Rendered(texts.chat(language, "chat-find"), keyboards.leave(texts, language))


def found_chat(texts: Texts, links: Links, language: str, card: ChatCard) -> Rendered:
    """It is in the list from now on."""
    shown = chat(texts, links, language, card, several=True)
    return Rendered(paragraphs(texts.chat(language, "chat-found"), shown.text), shown.keyboard)


def choose_project(texts: Texts, language: str, chat: Chat, page: Page[ProjectCard], *, query: str) -> Rendered:
    """Projects for a channel to choose from."""
    head = texts.chat(language, "chat-choose", chat=chat.title)
    text = project_items(texts, language, page, query=query, head=head)
    return Rendered(text, creator_keyboards.chat_projects(texts, language, chat, page, found=bool(query)))


def confirm_project(texts: Texts, links: Links, language: str, chat: Chat, card: ProjectCard) -> Rendered:
    """The project's card, and what switching on will do."""
    text = paragraphs(
        project_text(texts, language, card),
        texts.chat(language, "group-confirm" if chat.is_group else "chat-confirm", chat=chat.title),
    )
    return Rendered(text, creator_keyboards.chat_project(texts, links, language, chat, card.project))


def switched_on(texts: Texts, links: Links, language: str, card: ChatCard) -> Rendered:
    """From now on every new post gets buttons."""
    title = card.project.project.title(language) if card.project else ""
    key = "group-on" if card.chat.is_group else "chat-on"
    text = texts.chat(language, key, chat=card.chat.title, project=title)
    return Rendered(text, creator_keyboards.chat_card(texts, links, language, card))


def switched_off(texts: Texts, links: Links, language: str, card: ChatCard) -> Rendered:
    """No buttons under new posts."""
    text = texts.chat(language, "group-off" if card.chat.is_group else "chat-off", chat=card.chat.title)
    return Rendered(text, creator_keyboards.chat_card(texts, links, language, card))


def stats(texts: Texts, language: str, figures: CreatorStats) -> Rendered:
    """Today, week, month, all time, and the posts that were given most on."""
    periods = {"today": figures.today, "week": figures.week, "month": figures.month, "ever": figures.ever}
    lines = [_period(texts, language, name, tally) for name, tally in periods.items()]
    top = [_top(texts, language, figures.chat, place, post) for place, post in enumerate(figures.top_posts, 1)]
    text = paragraphs(
        texts.chat(language, "stats-title", chat=figures.chat.title),
        "\n".join(lines) if figures.ever.gifts else texts.chat(language, _key(figures.chat, "stats-none")),
        "\n".join([texts.chat(language, _key(figures.chat, "stats-top")), *top]) if top else None,
    )
    return Rendered(text, creator_keyboards.chat_stats(texts, language, figures.chat, thank=figures.ever.gifts > 0))


def _period(texts: Texts, language: str, name: str, tally: Tally) -> Html:
    return texts.chat(language, f"stats-{name}", donors=tally.donors, gifts=tally.gifts, given=tally.sums)


def _top(texts: Texts, language: str, chat: Chat, place: int, counter: PostCounter) -> Html:
    excerpt = counter.post.excerpt or texts.plain(language, _key(chat, "stats-post-untitled"))
    # Messages of a basic group, and those from before it became a supergroup, have no address.
    addressed = chat.kind != "group" and counter.post.message_id > 0
    return texts.chat(
        language,
        "stats-post",
        place=place,
        post=link(post_url(chat, counter.post.message_id), excerpt) if addressed else excerpt,
        donors=counter.raised.donors,
        given=counter.raised.sums,
    )


def post_url(chat: Chat, message_id: int) -> str:
    """The post on t.me: by the channel's public name, else by its id (for members)."""
    inner = str(chat.telegram_id).removeprefix("-100")
    return f"https://t.me/{chat.username or f'c/{inner}'}/{message_id}"


def digest(texts: Texts, language: str, summary: Digest) -> Rendered:
    """What came in since the creator was told last, with the names of those who show them."""
    tally = summary.tally
    since = texts.chat(language, "digest-since", since=summary.since) if summary.since else None
    names = list(dict.fromkeys(_named(texts, language, gift) for gift in summary.named if gift.name))
    given = {"donors": tally.donors, "given": tally.sums, "project": _projects(texts, language, summary.projects)}
    about = summary.about
    text = paragraphs(
        texts.chat(language, "digest-slot", **given)
        if isinstance(about, Slot)
        else texts.chat(language, "digest", chat=about.title, **given),
        texts.chat(language, "digest-names", names=Html(" · ".join(names))) if names else None,
        "\n".join(filter(None, [since, _ever(texts, language, summary.ever)])),
    )
    return Rendered(text, creator_keyboards.digest(texts, language, about))


def _projects(texts: Texts, language: str, titles: Sequence[Mapping[str, str]]) -> str:
    """The project by its name; several by their number."""
    if len(titles) == 1:
        return in_language(titles[0], language)
    return texts.plain(language, "digest-projects", count=len(titles))


def _named(texts: Texts, language: str, gift: LatestGift) -> Html:
    if gift.amount is None:
        return texts.chat(language, "digest-name-alone", name=gift.name)
    return texts.chat(language, "digest-name", name=gift.name, amount=gift.amount)


def _ever(texts: Texts, language: str, ever: Tally) -> Html:
    return texts.chat(language, "digest-ever", donors=ever.donors, given=ever.sums)
