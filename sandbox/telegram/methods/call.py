"""One call of a method: who calls, with which checked parameters; and the table methods are entered in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.chats import User
from sandbox.state import State
from sandbox.telegram.errors import not_played
from sandbox.telegram.files import Upload


@dataclass(frozen=True, slots=True)
class Call:
    """It runs inside one `state.change()`: a method that raises has done nothing."""

    state: State
    bot: User
    parameters: dict[str, Any]
    name: str = ""
    uploads: dict[str, Upload] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.parameters[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self.parameters.get(name, default)


@dataclass(frozen=True, slots=True)
class Note:
    """A result with a word of explanation, as setWebhook gives."""

    result: Any
    description: str


@dataclass(frozen=True, slots=True)
class Method:
    name: str
    plays: frozenset[str]
    run: Callable[[Call], Any]

    def __call__(self, call: Call) -> Any:
        for name in call.parameters:
            if name not in self.plays:
                raise not_played(f"the parameter {name} of {self.name}")
        return self.run(call)


class Table(dict[str, Method]):
    """`@table.method("sendMessage", "chat_id text …")`: the parameters named are the ones that have an effect."""

    def method(self, name: str, plays: str = "") -> Callable[[Callable[[Call], Any]], Callable[[Call], Any]]:
        def enter(run: Callable[[Call], Any]) -> Callable[[Call], Any]:
            self[name] = Method(name, frozenset(plays.split()), run)
            return run

        return enter
