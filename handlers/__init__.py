"""Handlers read, call a service, and answer; one router per feature."""

from typing import Any

from aiogram import BaseMiddleware, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import Message, TelegramObject

from handlers import admin, audit, creators, projects, start, tips


class LeaveDialog(BaseMiddleware):
    """Any command ends what the person was in the middle of."""

    async def __call__(self, handler: Any, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Clear the dialog before the command's own handler runs."""
        state: FSMContext | None = data.get("state")
        if isinstance(event, Message) and (event.text or "").startswith("/") and state and data.get("raw_state"):
            await state.clear()
            data["raw_state"] = None
        return await handler(event, data)


def routers() -> list[Router]:
    """Fresh routers for one dispatcher; what nothing else takes comes to start's last."""
    root = Router(name="chat")
    root.message.outer_middleware(LeaveDialog())
    root.include_routers(
        tips.router(), projects.router(), creators.router(), admin.router(), audit.router(), start.router()
    )
    return [root]
