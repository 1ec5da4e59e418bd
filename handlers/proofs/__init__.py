"""What proves and looks back at giving: certificates, 年度盘点, statements; each of them one's own."""

from aiogram import F, Router
from aiogram.filters import Command

from bot import callbacks as cb
from handlers.proofs import certificates, recaps, statements

__all__ = ["certificates", "recaps", "router", "statements"]


def router() -> Router:
    """In private chats only."""
    fresh = Router(name="proofs")
    private = F.chat.type == "private"
    deeds = cb.CertificateDo.filter
    fresh.message.register(certificates.mine, Command("certificates"), private)
    fresh.message.register(certificates.written, certificates.CertificateName.waiting, private)
    fresh.callback_query.register(certificates.turn, cb.CertificateList.filter())
    fresh.callback_query.register(certificates.show, deeds(F.deed == cb.CertificateDeed.SHOW))
    fresh.callback_query.register(certificates.pdf, deeds(F.deed == cb.CertificateDeed.PDF))
    fresh.callback_query.register(certificates.ask_name, deeds(F.deed == cb.CertificateDeed.NAME))
    fresh.callback_query.register(certificates.choose_name, cb.CertificateDo.filter())
    fresh.message.register(recaps.mine, Command("recap"), private)
    fresh.callback_query.register(recaps.show, cb.RecapShow.filter())
    fresh.callback_query.register(recaps.ask, cb.RecapPublic.filter(F.on))
    fresh.callback_query.register(recaps.hide, cb.RecapPublic.filter())
    fresh.callback_query.register(recaps.open_, cb.RecapOpen.filter())
    fresh.message.register(statements.ask, Command("statement"), private)
    fresh.callback_query.register(statements.tapped, cb.StatementFor.filter())
    return fresh
