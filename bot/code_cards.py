"""What stands under the picture of a code: how much for what, which app scans it, how long it is good. Pure."""

from datetime import timedelta

from bot import keyboards
from bot.cards.rendered import Rendered, paragraphs
from services.tips import PayCode
from texts import Texts


def caption(texts: Texts, language: str, code: PayCode, receiver: str) -> Rendered:
    """`receiver`: the project or the organisation, in this language."""
    app, page = texts.named(language, "scanner", code.rail), keyboards.leads_to_page(code.address)
    minutes = code.left // timedelta(minutes=1) if code.left is not None else 0
    text = paragraphs(
        texts.chat(language, "code-caption", amount=code.amount, receiver=receiver, app=app),
        texts.chat(language, "code-same-phone-open" if page else "code-same-phone"),
        texts.chat(language, "code-good", minutes=minutes) if minutes > 0 else None,
    )
    opens = [[keyboards.opens(texts.plain(language, "button-code-open"), code.address)]] if page else []
    return Rendered(text, keyboards.keyboard(opens) if opens else None)
