"""The quick half runs in `make check` and with every test; what is marked `full` only by `make faults`."""

import os
from collections.abc import Iterator

import pytest

from tests.faults.disk import Disk, NoCompiler
from tests.faults.nursery import Nursery, nursery
from tests.faults.results import FULL


def pytest_configure(config: pytest.Config) -> None:
    """The mark is known."""
    config.addinivalue_line("markers", "full: too long for `make check`; runs with YIZAN_FAULTS=full")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Left out, not skipped: nothing is missing on this machine."""
    if not FULL:
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("full")])
        items[:] = [item for item in items if not item.get_closest_marker("full")]


@pytest.fixture(scope="session")
def cradle() -> Iterator[Nursery]:
    """One process that forks, for the whole run."""
    with nursery() as opened:
        yield opened


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    """Where a database lies whose disk is watched and fails; needs a C compiler, which a CI machine has."""
    try:
        made = Disk(tmp_path_factory.mktemp("watched"))
    except NoCompiler as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    yield made
    made.close()
