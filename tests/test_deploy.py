"""What deploy/ promises: its files agree with each other, with the settings and with the documentation."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from pictures.worker import LENGTH
from settings.model import FILE_VARIABLES, VARIABLES
from settings.reading import load
from tests.processes import ROOT
from web.health import HealthPages

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
FILES = {path.name: path.read_text("utf-8") for path in DEPLOY.iterdir()}
OPERATING = (ROOT / "docs" / "operating.md").read_text("utf-8")


def variables(text: str) -> set[str]:
    return set(re.findall(r"YIZAN_[A-Z][A-Z_]*[A-Z]", text))


def unit(name: str) -> list[str]:
    return re.findall(rf"(?m)^{name}=(.*)$", FILES["yizan.service"])


def settings_in(name: str) -> dict[str, str]:
    return dict(re.findall(r"(?m)^(YIZAN_\w+)=(.*)$", FILES[name]))


def haproxy(pattern: str) -> str:
    (found,) = re.findall(rf"(?m)^\s+{pattern}$", FILES["haproxy.cfg"])
    return str(found)


@pytest.mark.parametrize("name", [*FILES, "operating.md"])
def test_every_setting_that_is_named_is_one(name: str):
    known = {*VARIABLES, *FILE_VARIABLES, "YIZAN_CONFIG", "YIZAN_FAULTS"}
    assert variables(FILES.get(name, OPERATING)) <= known


def test_every_metric_is_explained():
    files = [path for part in ("bot", "services", "web") for path in (ROOT / part).rglob("*.py")]
    source = "\n".join(path.read_text("utf-8") for path in files)
    names = set(re.findall(r'(?:Counter|Gauge|Histogram)\(\s*"(\w+)"', source))
    assert len(names) > 15
    assert {name for name in names if f"`{name}" not in OPERATING} == set()


@pytest.mark.parametrize("name", ["example.env", "yizan.env"])
def test_the_examples_are_settings_that_can_be_read(name: str, tmp_path: Path):
    (tmp_path / "token").write_text("100000001:sandbox")
    given = settings_in(name)
    given |= {key: str(tmp_path / "token") for key in given if key.endswith("_FILE")}
    assert load(None, given).owners == (123456789,)


def test_every_yaml_is_yaml():
    for path in DEPLOY.glob("*.y*ml"):
        assert isinstance(yaml.safe_load(path.read_text("utf-8")), dict), path


def test_the_ports_are_the_same_everywhere():
    env = dict(re.findall(r"(YIZAN_\w+)=(\S+)", FILES["Dockerfile"]))
    web, metrics = str(load(None, {}).web.port), env["YIZAN_WEB__METRICS_PORT"]
    assert re.search(rf"^EXPOSE {web} {metrics}$", FILES["Dockerfile"], re.MULTILINE)
    assert f"http://127.0.0.1:{metrics}/readyz" in FILES["Dockerfile"]
    assert SERVICES["yizan"]["ports"] == [f"127.0.0.1:{web}:{web}"]
    front = haproxy(r"bind :(\d+)")
    assert SERVICES["proxy"]["ports"] == [f"127.0.0.1:{front}:{front}"]
    (alias,) = SERVICES["replica"]["networks"]["inside"]["aliases"]
    assert f"{alias}:{web} check" in FILES["haproxy.cfg"]
    assert f"names: [{alias}], type: A, port: {metrics}" in OPERATING
    assert f"127.0.0.1:{front}" in OPERATING


def test_whoever_asks_for_health_asks_where_it_is_told():
    there = {route.path for route in HealthPages(health=object()).routes()}  # type: ignore[arg-type]
    asked = haproxy(r"option httpchk GET (\S+)"), *re.findall(r"127\.0\.0\.1:\d+(/\w+)", FILES["Dockerfile"])
    assert set(asked) == {"/readyz"}
    assert set(asked) <= there


def test_the_balancer_notices_before_a_replica_stops_serving():
    every_s, fall = map(int, re.findall(r"check inter (\d+)s fall (\d+)", FILES["haproxy.cfg"])[0])
    assert int(SERVICES["replica"]["environment"]["YIZAN_WEB__DRAIN_S"]) >= 2 * every_s * fall
    grace = int(SERVICES["replica"]["stop_grace_period"].removesuffix("s"))
    assert grace > int(SERVICES["replica"]["environment"]["YIZAN_WEB__DRAIN_S"]) + 10
    limit = haproxy(r"timeout server (\d+s)").replace("s", " s")
    assert f"time limit of\n  {limit}" in (ROOT / "docs" / "replicas.md").read_text("utf-8")


def test_each_proxy_adds_whom_it_heard_and_their_number_is_told():
    assert "http-request add-header X-Forwarded-For %[src]" in FILES["haproxy.cfg"]
    assert "set-header X-Forwarded-For" not in FILES["haproxy.cfg"]
    assert settings_in("example.env")["YIZAN_WEB__PROXIES"] == "2"


def test_secrets_are_files_that_are_there_for_who_reads_them():
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if variable.endswith("_FILE"):
                assert value.removeprefix("/run/secrets/") in service["secrets"], name
    (ours,) = re.findall(r"--uid (\d+)", FILES["Dockerfile"])
    for secret, given in COMPOSE["secrets"].items():
        assert given["file"] == f"./secrets/{secret}"
        owner = "999" if secret in SERVICES["database"]["secrets"] else ours
        assert re.search(rf"chown {owner} [^&]*secrets/{secret}\b", OPERATING), secret


def test_service_and_commands_read_one_file_and_the_unit_names_no_database():
    assert unit("EnvironmentFile") == ["/etc/yizan/yizan.env"]
    assert "/etc/yizan/yizan.env" in FILES["yizan"]
    assert variables("\n".join(unit("Environment"))) == set()
    assert {"YIZAN_DATABASE__URL", "YIZAN_TELEGRAM__TOKEN_FILE"} <= settings_in("yizan.env").keys()
    assert unit("ExecStart") == ["/opt/yizan/deploy/yizan run"]
    assert re.search(r"0 3 \* \* \*  /usr/local/bin/yizan db backup", OPERATING)


def test_what_no_restart_mends_is_not_restarted():
    assert unit("RestartPreventExitStatus") == ["2"]
    assert int(unit("TimeoutStopSec")[0]) > 10


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_knows_every_word_of_the_unit(tmp_path: Path):
    text = FILES["yizan.service"].replace("/opt/yizan/deploy/yizan", str(DEPLOY / "yizan"))
    (tmp_path / "yizan.service").write_text(text)
    command = ["systemd-analyze", "verify", "--recursive-errors=no", str(tmp_path / "yizan.service")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Unknown" not in done.stderr, done.stderr
    assert done.returncode == 0, done.stderr


def test_the_unit_refuses_by_an_error_and_leaves_proc_stat_to_the_metrics():
    """Without an error number a filtered call kills the process; without /proc/stat there is no memory to watch."""
    assert unit("SystemCallErrorNumber") == ["EPERM"]
    assert unit("ProcSubset") in ([], ["all"])
    assert "process_resident_memory_bytes" in OPERATING


def calls_in(group: str) -> set[str]:
    """What systemd means by a word of SystemCallFilter."""
    if not group.startswith("@"):
        return {group}
    command = ["systemd-analyze", "syscall-filter", "--no-pager", group]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    words = {line.strip() for line in said.splitlines() if line.startswith("    ") and not line.strip().startswith("#")}
    return set().union(*(calls_in(word) for word in words))


def allowed() -> set[str]:
    """The unit's filter, its lines taken in their order as systemd does."""
    found: set[str] = set()
    for line in unit("SystemCallFilter"):
        calls: set[str] = set().union(*(calls_in(word) for word in line.removeprefix("~").split()))
        found = found - calls if line.startswith("~") else found | calls
    return found


# What our own words come to, as glibc has it. Python's start, sockets and files are in @system-service.
COMES_TO = {
    r"\bos\.nice\(": {"getpriority", "setpriority"},
    r"\bresource\.setrlimit\(": {"prlimit64"},
    r"\bresource\.getrusage\(": {"getrusage"},
    r"\bos\.kill\(": {"kill"},
    r"\bos\.fsync\(": {"fsync"},
    r"\bstart_new_session=True": {"setsid"},
}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_the_unit_filters_nothing_that_the_program_calls():
    folders = ("bot", "launch", "payments", "pictures", "services", "settings", "storage", "texts", "web")
    files = [*ROOT.glob("*.py"), *(path for folder in folders for path in (ROOT / folder).rglob("*.py"))]
    source = "\n".join(path.read_text("utf-8") for path in files)
    called = {words: calls for words, calls in COMES_TO.items() if re.search(words, source)}
    assert {"setpriority", "prlimit64"} <= set().union(*called.values()), "who draws pictures sets its limits"
    assert {words: calls - allowed() for words, calls in called.items() if not calls <= allowed()} == {}


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None or shutil.which("strace") is None, reason="systemd or strace is not here"
)
def test_the_unit_filters_nothing_that_drawing_a_picture_calls(tmp_path: Path):
    drawing, trace = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', tmp_path / "calls"
    command = ["strace", "-f", "-qq", "-o", str(trace), sys.executable, str(ROOT / "pictures" / "worker.py")]
    done = subprocess.run(command, input=LENGTH.pack(len(drawing)) + drawing, capture_output=True, check=False)
    assert done.stdout[:1] == b"\0", done.stderr[-500:]
    made = set(re.findall(r"(?m)^\d+ +(\w+)\(", trace.read_text("utf-8", "replace")))
    assert {"setpriority", "read", "write"} <= made
    assert made - allowed() == set()


# Fills what `reconcile` fills, and says where SQLite keeps the file, which has no name any more.
SPILLS = """
import asyncio, os
from datetime import UTC, datetime
from giving.money import Money
from giving.payments import EventKind
from giving.reconcile import Theirs
from storage.scratch import Scratch
scratch, at = Scratch(), datetime(2026, 11, 22, tzinfo=UTC)
many = [Theirs(EventKind.PAID, f"pi_{n:0>200}", Money(100, "CNY"), at) for n in range(1000)] * 250
asyncio.run(scratch.add_theirs(many))
for fd in os.listdir("/proc/self/fd"):
    if os.path.exists(f"/proc/self/fd/{fd}"):
        print(os.readlink(f"/proc/self/fd/{fd}"))
scratch.close()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc which files are open")
def test_a_large_comparison_is_kept_on_the_volume_and_not_in_the_small_tmp(tmp_path: Path):
    (volume,) = re.findall(r"(?m)^VOLUME (\S+)$", FILES["Dockerfile"])
    (named,) = re.findall(r"SQLITE_TMPDIR=(\S+)", FILES["Dockerfile"])
    ours = [service for service in SERVICES.values() if service.get("image", "").startswith("yizan:")]
    assert len(ours) == 3
    assert all(f"state:{volume}" in service["volumes"] and service["read_only"] for service in ours)
    here = named.replace(volume, str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", SPILLS], cwd=ROOT, env=os.environ | {"SQLITE_TMPDIR": here},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith(f"{tmp_path}/")], done.stdout


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Two versions in folders of their own, a link to one of them, and a command that leads through it."""
    for version in ("1", "2"):
        (tmp_path / version / "deploy").mkdir(parents=True)
        (tmp_path / version / ".venv" / "bin").mkdir(parents=True)
        shutil.copy(DEPLOY / "yizan", tmp_path / version / "deploy" / "yizan")
        python = tmp_path / version / ".venv" / "bin" / "python"
        python.write_text('#!/bin/sh\necho "$@"\nenv | grep ^YIZAN_ | sort\n', "ascii")
        python.chmod(0o755)
    (tmp_path / "now").symlink_to("1")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "yizan").symlink_to(tmp_path / "now" / "deploy" / "yizan")
    # No user of that name is here: this stands for util-linux's setpriv.
    words = "--reuid=yizan --regid=yizan --init-groups --"
    setpriv = f'#!/bin/sh\n[ "$1 $2 $3 $4" = "{words}" ] || exit 9\nshift 4\nexec "$@"\n'
    (tmp_path / "bin" / "setpriv").write_text(setpriv, "ascii")
    (tmp_path / "bin" / "setpriv").chmod(0o755)
    return tmp_path


def test_a_command_has_the_services_settings_to_the_letter_and_stays_with_its_version(installed: Path):
    file = installed / "yizan.env"
    file.write_text(
        "# a comment\n\nYIZAN_DATABASE__URL=postgresql://y:p$w`x`@h/n?ssl=require&host=a b\n"
        'YIZAN_LEGAL__OPERATOR="Some One"\nYIZAN_OWNERS=1\nPATH=/nowhere\nYIZAN_WEB__PORT=9'
    )
    path = f"{installed / 'bin'}:{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YIZAN_")}
    done = subprocess.run(
        ["yizan", "db", "backup", "a file"], env=kept | {"PATH": path, "SETTINGS_FILE": str(file), "YIZAN_OWNERS": "2"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"{installed}/1/main.py db backup a file",
        "YIZAN_DATABASE__URL=postgresql://y:p$w`x`@h/n?ssl=require&host=a b",
        "YIZAN_LEGAL__OPERATOR=Some One",
        "YIZAN_OWNERS=2",
        "YIZAN_WEB__PORT=9",
    ]


def test_a_command_without_the_settings_does_nothing(installed: Path):
    done = subprocess.run(
        [str(installed / "bin" / "yizan"), "db", "upgrade"],
        env={"PATH": os.environ["PATH"], "SETTINGS_FILE": str(installed / "none.env")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "none.env" in done.stderr
    assert done.stdout == ""
