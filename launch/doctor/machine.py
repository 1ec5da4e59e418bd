"""Checks of what is written down and of this machine: settings, disk, rails, fonts."""

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from launch.doctor.checks import Check, Status
from launch.doctor.rails import Remark, seen
from settings import Settings, missing_for_run

MB: Final = 1024 * 1024
# SQLite needs room to write its log before it can write anything; a day of a busy service is some hundred MB.
LEAST_FREE: Final = 200 * MB
GOOD_FREE: Final = 2048 * MB
FONT_FOLDERS: Final = (
    "/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts",
    "/Library/Fonts", "/System/Library/Fonts", "C:/Windows/Fonts",
)  # fmt: skip
FONT_NAMES: Final = ("notosanscjk", "notoserifcjk", "sourcehan", "lxgwwenkai", "wqy", "pingfang", "msyh", "simsun")


def settings_read(settings: Settings) -> Check:
    """What the settings, which could be read, still lack."""
    problems = [line for line in missing_for_run(settings) if not line.startswith(("telegram.token", "rails."))]
    if problems:
        return Check("settings", Status.FAIL, problems[0], "\n".join(problems))
    lacks = list(_lacks(settings))
    said = f"{settings.language}, {settings.timezone}, {settings.tips.currency}, owners: {len(settings.owners)}"
    if lacks:
        return Check("settings", Status.WARN, said, "\n".join(lacks))
    return Check("settings", Status.OK, said)


def _lacks(settings: Settings) -> Iterator[str]:
    if not settings.owners:
        yield "owners: name the first owner by their numeric Telegram id (YIZAN_OWNERS=…): nobody can give roles yet"
    if not settings.legal.contact:
        yield "legal.contact: name somebody who answers (YIZAN_LEGAL__CONTACT=…)"
    if _real(settings) and not settings.legal.basis:
        yield "legal.basis: say by what right you raise money (YIZAN_LEGAL__BASIS=…): every page shows it"


def _real(settings: Settings) -> list[str]:
    return [name for name in settings.rails.enabled if name != "sandbox"]


def disk(file: Path) -> Check:
    """Room where a SQLite file is, or will be."""
    if (wrong := unusable(file)) is not None:
        return Check("disk", Status.FAIL, *wrong)
    folder = _folder_of(file)
    usage = shutil.disk_usage(folder)
    return room(folder, usage.free, usage.total)


def unusable(file: Path) -> tuple[str, str] | None:
    """Why no SQLite file can be, or be made, there, and what to do; None if it can."""
    folder = _folder_of(file)
    if not folder.is_dir():
        return f"{folder}: is no folder", "mend database.url (YIZAN_DATABASE__URL)"
    if not os.access(folder, os.X_OK):
        return f"{folder}: may not be opened by this user", f"chown it: ls -ld {folder}"
    if _is_seen(file) and file.is_dir():
        return f"{file}: is a folder, not a file", "mend database.url (YIZAN_DATABASE__URL)"
    locked = [path for path in (file, folder) if _is_seen(path) and not os.access(path, os.W_OK)]
    if locked:
        return f"{locked[0]}: may not be written by this user", f"chown it: ls -ld {folder}"
    return None


def is_seen_file(path: Path) -> bool:
    """Whether a file is there, as far as this user may know."""
    return _is_seen(path) and path.is_file()


def _folder_of(file: Path) -> Path:
    """The nearest that is there."""
    return next(folder for folder in file.absolute().parents if _is_seen(folder))


def _is_seen(path: Path) -> bool:
    """Whether it is there, and this user may know it."""
    try:
        return path.exists()
    except OSError:
        return False


def room(folder: Path, free: int, total: int) -> Check:
    """Whether so many free bytes are enough."""
    found = f"{free // MB:,} MB free of {total // MB:,} MB at {folder}"
    if free < LEAST_FREE:
        return Check("disk", Status.FAIL, found, "make room now: with a full disk no gift can be recorded")
    if free < GOOD_FREE:
        return Check("disk", Status.WARN, found, "make room soon")
    return Check("disk", Status.OK, found)


def wrong_keys(settings: Settings) -> Iterator[str]:
    """Of the rails that are switched on, the keys that are none; their libraries are loaded to see."""
    from launch.failures import StartFailed
    from launch.service.china_rails import alipay_rail, wechat_rail

    for name, make in {"wechat": wechat_rail, "alipay": alipay_rail}.items():
        if name in settings.rails.enabled:
            try:
                make(settings)
            except StartFailed as failure:
                yield str(failure)


def rails(settings: Settings, unreachable: Iterable[str] | None, told: Iterable[Remark] = ()) -> Check:
    """The ways to pay; `unreachable` are names of those that did not answer, None where nobody asked.

    `told`: what was learnt by asking them.
    """
    enabled = settings.rails.enabled
    problems = [line for line in missing_for_run(settings) if line.startswith("rails.")]
    if problems := problems or list(wrong_keys(settings)):
        return Check("rails", Status.FAIL, problems[0], "\n".join(problems))
    if not enabled:
        found = "none: whoever taps is led to the project's own page"
        return Check("rails", Status.NOTE, found, "to take payments here, write a rail into rails.enabled")
    said = ", ".join(enabled) + (" (not asked)" if unreachable is None else "")
    remarks = [*_silent(unreachable or ()), *seen(settings), *told, *_test_money(settings)]
    return _worst(said, remarks)


def _silent(names: Iterable[str]) -> Iterator[Remark]:
    for name in names:
        to_do = (
            f"rails.{name}.api_base: is this right, does it run, and may this machine go out there (firewall, proxy)?"
        )
        yield Remark(Status.FAIL, f"{name}: no answer", to_do)


def _test_money(settings: Settings) -> Iterator[Remark]:
    if "sandbox" in settings.rails.enabled:
        to_do = "take it out of rails.enabled before you raise money"
        yield Remark(Status.WARN, "the sandbox moves test money only", to_do)
    if "stripe" in settings.rails.enabled and not settings.rails.stripe.livemode:
        to_do = "docs/rails.md has the steps to live mode: live keys, live endpoints, rails.stripe.livemode"
        yield Remark(Status.WARN, "Stripe's test mode moves test money only", to_do)


def _worst(said: str, remarks: list[Remark]) -> Check:
    """As bad as the worst of them, which is said first; what to do of all that are not well."""
    bad = [remark for status in (Status.FAIL, Status.WARN) for remark in remarks if remark.status is status]
    if not bad:
        notes = [remark.said for remark in remarks if remark.said]
        return Check("rails", Status.OK, "; ".join([said, *notes]))
    failed = bad[0].status is Status.FAIL
    found = "; ".join(remark.said for remark in bad if remark.status is bad[0].status)
    to_do = "\n".join(remark.to_do for remark in bad if remark.to_do)
    return Check("rails", bad[0].status, found if failed else f"{said}: {found}", to_do)


def fonts(folders: Iterable[str] = FONT_FOLDERS) -> Check:
    """A Chinese font, which certificates and pictures will need; nothing does yet."""
    for folder in folders:
        for where, _, files in os.walk(Path(folder).expanduser()):
            for name in sorted(files):
                if name.lower().replace("-", "").startswith(FONT_NAMES):
                    return Check("fonts", Status.OK, f"Chinese: {Path(where) / name}")
    found = "no Chinese font; nothing needs one yet, certificates and pictures will"
    return Check("fonts", Status.NOTE, found, "apt install fonts-noto-cjk")
