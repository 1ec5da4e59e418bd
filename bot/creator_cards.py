"""What a creator sees in the private chat: channels, their state and figures. Pure: data in, text and keyboard out."""

from collections.abc import Mapping, Sequence

from bot import keyboards
from bot.callbacks import ChatDeed
from bot.cards import Rendered, paragraphs, project_items, project_text
from giving.creators import Chat, ChatCard, CreatorStats, PostCounter
from giving.projects import ProjectCard, Tally, in_language
from services.links import Links
from services.outbox import Digest
from services.projects import LatestGift, Page
from texts import Html, Texts, link


def bot_added(texts: Texts, links: Links, language: str, card: ChatCard) -> Rendered:
    """After the bot joined or its rights changed: what it does, what it still lacks, the next step."""
    chat = card.chat
    missing = [texts.chat(language, f"bot-lacks-{right.replace('_', '-')}") for right in chat.rights.missing]
    ready = texts.chat(language, "bot-ready-on" if chat.tipping else "bot-ready")
    text = paragraphs(
        texts.chat(language, "bot-added", chat=chat.title), texts.chat(language, "bot-can"), *(missing or [ready])
    )
    return Rendered(text, keyboards.chat_card(texts, links, language, chat))


def bot_removed(texts: Texts, links: Links, language: str, chat: Chat) -> Rendered:
    """The bot is out; nothing is lost."""
    rows = keyboards.keyboard(keyboards.add_bot(texts, links, language))
    return Rendered(texts.chat(language, "bot-removed", chat=chat.title), rows if rows.inline_keyboard else None)


def chat_list(texts: Texts, links: Links, language: str, cards: Sequence[ChatCard], deed: ChatDeed) -> Rendered:
    """My channels with their state, or how to get one here."""
    if not cards:
        rows = keyboards.keyboard(keyboards.add_bot(texts, links, language))
        text = texts.chat(language, "chats-none", bot=f"@{links.bot_username}")
        return Rendered(text, rows if rows.inline_keyboard else None)
    if deed is not ChatDeed.CARD:
        text = texts.chat(language, "chats-pick")
    else:
        lines = [_line(texts, language, card) for card in cards]
        text = paragraphs(texts.chat(language, "chats-list"), "\n".join(lines))
    return Rendered(text, keyboards.chat_list(texts, language, cards, deed))


def _line(texts: Texts, language: str, card: ChatCard) -> Html:
    if card.chat.tipping and not card.chat.rights.present:
        return texts.chat(language, "chats-line-paused", chat=card.chat.title)
    if card.chat.tipping and card.project:
        title = card.project.project.title(language)
        return texts.chat(language, "chats-line-on", chat=card.chat.title, project=title)
    return texts.chat(language, "chats-line-off", chat=card.chat.title)


def chat(texts: Texts, links: Links, language: str, card: ChatCard, *, several: bool = False) -> Rendered:
    """One channel: its state, what it lacks, what can be done."""
    if card.chat.tipping and card.project:
        title = card.project.project.title(language)
        key = "chat-card-on" if card.chat.rights.present else "chat-card-paused"
        text = texts.chat(language, key, chat=card.chat.title, project=title)
    else:
        text = texts.chat(language, "chat-card-off", chat=card.chat.title)
    rights = card.chat.rights
    missing = [texts.chat(language, f"bot-lacks-{right.replace('_', '-')}") for right in rights.missing]
    back = missing if rights.present or not card.chat.tipping else []  # "paused" says it
    return Rendered(paragraphs(text, *back), keyboards.chat_card(texts, links, language, card.chat, several=several))


def choose_project(texts: Texts, language: str, chat: Chat, page: Page[ProjectCard], *, query: str) -> Rendered:
    """Projects for a channel to choose from."""
    head = texts.chat(language, "chat-choose", chat=chat.title)
    text = project_items(texts, language, page, query=query, head=head)
    return Rendered(text, keyboards.chat_projects(texts, language, chat, page, found=bool(query)))


def confirm_project(texts: Texts, links: Links, language: str, chat: Chat, card: ProjectCard) -> Rendered:
    """The project's card, and what switching on will do."""
    text = paragraphs(
        project_text(texts, language, card),
        texts.chat(language, "chat-confirm", chat=chat.title),
    )
    return Rendered(text, keyboards.chat_project(texts, links, language, chat, card.project))


def switched_on(texts: Texts, links: Links, language: str, card: ChatCard) -> Rendered:
    """From now on every new post gets buttons."""
    title = card.project.project.title(language) if card.project else ""
    text = texts.chat(language, "chat-on", chat=card.chat.title, project=title)
    return Rendered(text, keyboards.chat_card(texts, links, language, card.chat))


def switched_off(texts: Texts, links: Links, language: str, card: ChatCard) -> Rendered:
    """No buttons under new posts."""
    text = texts.chat(language, "chat-off", chat=card.chat.title)
    return Rendered(text, keyboards.chat_card(texts, links, language, card.chat))


def stats(texts: Texts, language: str, figures: CreatorStats) -> Rendered:
    """Today, week, month, all time, and the posts that were given most on."""
    periods = {"today": figures.today, "week": figures.week, "month": figures.month, "ever": figures.ever}
    lines = [_period(texts, language, name, tally) for name, tally in periods.items()]
    top = [_top(texts, language, figures.chat, place, post) for place, post in enumerate(figures.top_posts, 1)]
    text = paragraphs(
        texts.chat(language, "stats-title", chat=figures.chat.title),
        "\n".join(lines) if figures.ever.gifts else texts.chat(language, "stats-none"),
        "\n".join([texts.chat(language, "stats-top"), *top]) if top else None,
    )
    return Rendered(text, keyboards.chat_stats(texts, language, figures.chat))


def _period(texts: Texts, language: str, name: str, tally: Tally) -> Html:
    return texts.chat(language, f"stats-{name}", donors=tally.donors, gifts=tally.gifts, given=tally.given)


def _top(texts: Texts, language: str, chat: Chat, place: int, counter: PostCounter) -> Html:
    excerpt = counter.post.excerpt or texts.plain(language, "stats-post-untitled")
    return texts.chat(
        language,
        "stats-post",
        place=place,
        post=link(post_url(chat, counter.post.message_id), excerpt),
        donors=counter.raised.donors,
        given=counter.raised.given,
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
    text = paragraphs(
        texts.chat(
            language,
            "digest",
            chat=summary.chat.title,
            donors=tally.donors,
            given=tally.given,
            project=_projects(texts, language, summary.projects),
        ),
        texts.chat(language, "digest-names", names=Html(" · ".join(names))) if names else None,
        "\n".join(filter(None, [since, _ever(texts, language, summary.ever)])),
    )
    return Rendered(text, keyboards.digest(texts, language, summary.chat))


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
    return texts.chat(language, "digest-ever", donors=ever.donors, given=ever.given)
