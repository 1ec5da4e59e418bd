"""Certificates of monthly giving: again, for printing, and by which name."""

from uuid import UUID

from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import proof_cards as cards
from giving.errors import CertificateUnknown, NameNeeded, WordsTooLong
from giving.ids import id_of, token_of
from giving.names import clean, fits
from handlers.asking import answering
from handlers.here import Here
from services.certificates import NAME_GRAPHEMES, CertificateService, Proof


class CertificateName(StatesGroup):
    """The name a certificate shall say."""

    waiting = State()


async def mine(message: Message, here: Here, certificates: CertificateService) -> None:
    """All of mine, the newest first."""
    page = await certificates.mine(here.person)
    await here.say.send(message.chat.id, cards.certificates(here.texts, here.language, page))


async def turn(
    query: CallbackQuery, callback_data: cb.CertificateList, here: Here, certificates: CertificateService
) -> None:  # fmt: skip
    """Another page, in place; from another card's button, a new message."""
    shown = cards.certificates(here.texts, here.language, await certificates.mine(here.person, callback_data.page))
    if callback_data.fresh:
        await here.say.send(query.from_user.id, shown)
    else:
        await here.say.turn(query, shown)
    await here.say.answer(query)


async def show(
    query: CallbackQuery, callback_data: cb.CertificateDo, here: Here, certificates: CertificateService
) -> None:  # fmt: skip
    """The picture again. Raises: CertificateUnknown, PictureFailed."""
    proof = await certificates.own(callback_data.certificate, here.person)
    await here.say.in_time(query, _send(here, certificates, proof))
    await here.say.answer(query)


async def _send(here: Here, certificates: CertificateService, proof: Proof) -> None:
    png = await certificates.picture(proof, here.language)
    shown = cards.certificate(here.texts, here.links, here.language, proof, png)
    await here.say.send_photo(here.person.telegram_id, f"{proof.certificate.number}.png", png, shown)


async def pdf(
    query: CallbackQuery, callback_data: cb.CertificateDo, here: Here, certificates: CertificateService
) -> None:  # fmt: skip
    """The same on A4, as a file. Raises: CertificateUnknown, PictureFailed."""
    proof = await certificates.own(callback_data.certificate, here.person)
    paper = await here.say.in_time(query, certificates.pdf(proof, here.language))
    words = here.chat("certificate-pdf-told")
    await here.say.send_file(here.person.telegram_id, f"{proof.certificate.number}.pdf", paper, words)
    await here.say.answer(query)


async def ask_name(
    query: CallbackQuery, callback_data: cb.CertificateDo, state: FSMContext, here: Here,
    certificates: CertificateService,
) -> None:  # fmt: skip
    """How shall it name you? Raises: CertificateUnknown."""
    proof = await certificates.own(callback_data.certificate, here.person)
    await state.set_state(CertificateName.waiting)
    await state.set_data({"certificate": token_of(proof.certificate.id)})
    await here.say.send(query.from_user.id, cards.naming(here.texts, here.language, proof, here.person.name))
    await here.say.answer(query)


async def choose_name(
    query: CallbackQuery, callback_data: cb.CertificateDo, state: FSMContext, here: Here,
    certificates: CertificateService,
) -> None:  # fmt: skip
    """As I am called here, or 爱心人士; and the picture anew. Raises: CertificateUnknown."""
    name = here.person.name if callback_data.deed is cb.CertificateDeed.CHAT_NAME else None
    proof = await certificates.name(callback_data.certificate, here.person, name)
    await state.clear()
    await here.say.in_time(query, _send(here, certificates, proof))
    await here.say.answer(query)


async def written(message: Message, state: FSMContext, here: Here, certificates: CertificateService) -> None:
    """The name that was typed; the picture anew. Raises: CertificateUnknown."""
    async with answering(here, state, NameNeeded, WordsTooLong):
        if not fits(message.text or "", most=NAME_GRAPHEMES):
            raise WordsTooLong(most=NAME_GRAPHEMES)
        name = clean(message.text or "", most=NAME_GRAPHEMES)
        if not name:
            raise NameNeeded
        proof = await certificates.name(_asked(await state.get_data()), here.person, name)
        await state.clear()
        await _send(here, certificates, proof)


def _asked(data: dict[str, object]) -> UUID:
    found = id_of(str(data.get("certificate", "")))
    if found is None:
        raise CertificateUnknown
    return found
