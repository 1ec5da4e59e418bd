"""Every statement and every commit of a process, counted; and its end at the n-th of them."""

import os
import signal
from typing import Any

from sqlalchemy import Engine, event

from storage.engines import Engines


class Points:
    """Counts what it reaches; armed, it kills its own process at the n-th."""

    def __init__(self) -> None:
        """Not armed."""
        self.count, self._at = 0, 0

    def arm(self, at: int) -> None:
        """Count from here; die at the `at`-th point, or never (0)."""
        self.count, self._at = 0, at

    def reached(self, _what: str) -> None:
        """One more."""
        self.count += 1
        if self.count == self._at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, engines: Engines) -> None:
        """Before every statement and commit of these engines, by whatever way it goes, and after every commit."""
        for engine in (engines.writer.sync_engine, engines.reader.sync_engine, engines.inline, engines.inline_reader):
            if engine is None or hasattr(engine.dialect, "_counted"):
                continue
            self._after_commits(engine)
            if engines.dialect == "sqlite":
                event.listen(engine, "connect", self._trace)
            else:
                for name in ("before_cursor_execute", "begin", "commit", "savepoint", "release_savepoint"):
                    event.listen(engine, name, lambda *_args, name=name: self.reached(name))

    def _after_commits(self, engine: Engine) -> None:
        commit = engine.dialect.do_commit

        def counted(dbapi_connection: Any) -> None:
            commit(dbapi_connection)
            self.reached("after a commit")

        engine.dialect.do_commit = counted  # type: ignore[method-assign]
        engine.dialect._counted = True  # type: ignore[attr-defined]

    def _trace(self, connection: Any, _record: object) -> None:
        """SQLite itself tells of each statement: SQLAlchemy's, and those given straight to the driver."""
        if hasattr(connection, "run_async"):
            connection.run_async(lambda driver: driver.set_trace_callback(self.reached))
        else:
            connection.set_trace_callback(self.reached)
