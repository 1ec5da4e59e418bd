"""What a fault test found, for whoever reads docs/reliability.md: one JSON line per row, printed too."""

import json
import os
from pathlib import Path
from typing import Final

FULL: Final = os.environ.get("YIZAN_FAULTS") == "full"
_FILE: Final = "YIZAN_FAULTS_RESULTS"


def note(row: str, **figures: object) -> None:
    """Append `{"row": …, figures}` to the file that YIZAN_FAULTS_RESULTS names, if it names one, and print it.

    `row` is the fault as the page's table calls it ("SIGKILL at random under load"); figures are numbers and words
    ("engine", "kills", "lost", "doubled"): whatever JSON can hold.
    """
    line = json.dumps({"row": row, **figures}, ensure_ascii=False, default=str)
    print(line)  # noqa: T201 - pytest -s shows it, a failing test too
    path = os.environ.get(_FILE)
    if path:
        test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0]  # "file::name[an id] (call)"
        line = json.dumps({"test": test, "row": row, **figures}, ensure_ascii=False, default=str)
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
