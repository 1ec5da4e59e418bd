"""Both databases and a bot without a rail, started once for the folder; the books are looked at after every test."""

from collections.abc import Iterator

import pytest

from tests.processes import (
    Message,
    Persona,
    Stage,
    database_on,
    together,
    write_seed,
)
from tests.way.cast import (
    FRESH,
    QUICK,
    enable,
    more_people,
)


@pytest.fixture(scope="package")
def stages(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Stage]]:
    """Both databases, and a bot without any rail; started beside each other."""
    folder = tmp_path_factory.mktemp("way")
    seed = write_seed(folder / "seed.yaml", more_people)
    sqlite = f"sqlite:///{folder}/yizan.db"
    with database_on(postgres, "way") as server:
        found = {
            "sqlite": Stage(folder / "sqlite", sqlite, seed=seed, **QUICK),
            "postgresql": Stage(folder / "postgresql", server, seed=seed, **QUICK),
            "no rail": Stage(folder / "no-rail", f"sqlite:///{folder}/no-rail.db", seed=seed, rail=False, **QUICK),
        }
        try:
            together(*(stage.begin for stage in found.values()))
            for stage in found.values():
                stage.ready()
            yield found
        finally:
            for stage in found.values():
                stage.close()


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, stages: dict[str, Stage]) -> Stage:
    """One of the two databases, for the whole folder."""
    return stages[request.param]


@pytest.fixture(scope="package")
def on(stage: Stage) -> Message:
    """Tipping is on in the first channel, for the libraries; what the creator was told last."""
    return enable(stage)


@pytest.fixture(autouse=True)
def books(stages: dict[str, Stage]) -> Iterator[None]:
    """After every test all that was paid is credited, to the fen, and the ledger verifies."""
    yield
    for stage in stages.values():
        try:
            stage.settled()
        finally:
            stage.show_logs()


@pytest.fixture
def follower(stage: Stage) -> Persona:
    """Somebody who reads the channel and never started the bot."""
    return stage.persona(next(FRESH))


@pytest.fixture
def members(stage: Stage) -> tuple[Persona, Persona]:
    """Two people who never started the bot."""
    return stage.persona(next(FRESH)), stage.persona(next(FRESH))
