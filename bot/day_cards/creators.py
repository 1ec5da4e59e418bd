"""What creators are told on a giving day, once: a post for their channel, which goes out only if they tap."""

from bot.cards import Rendered, paragraphs
from bot.keyboards import Rows, keyboard
from giving.giving_days import GivingDay
from giving.projects import Project
from texts import Html, Texts


def post(texts: Texts, language: str, day: GivingDay, project: Project) -> Html:
    """What would stand in their channel; amounts come under it, as under every post."""
    return paragraphs(
        texts.chat(language, "day-post-title", title=day.title(language)),
        texts.chat(language, "day-post-text", text=day.text(language)) if day.text(language) else None,
        texts.chat(language, "day-post-call", project=project.title(language)),
        texts.chat(language, "day-invite-tag", hashtag=day.hashtag) if day.hashtag else None,
    )


def call(texts: Texts, language: str, day: GivingDay, project: Project, rows: Rows) -> Rendered:
    """The day, the post word for word, and the ways to publish it (`rows`)."""
    text = paragraphs(
        texts.chat(language, "day-call", title=day.title(language), ends=day.ends_at),
        Html(f"<blockquote>{post(texts, language, day, project)}</blockquote>"),
        texts.chat(language, "day-call-how"),
    )
    return Rendered(text, keyboard(rows))
