"""The public pages, narrow and wide."""

from typing import Final

from tests.processes import pay_url
from tools.pictures.camera import WIDE, View, Web
from tools.pictures.cast import LIBRARIES, Cast, Scene


def page(name: str, path: str, width: int | None = None) -> Scene:
    """One of our pages."""

    def play(cast: Cast) -> View:
        return Web(cast.page(path), width) if width else Web(cast.page(path))

    return Scene(name, play)


def receipt(cast: Cast) -> View:
    return Web(cast.page(f"/r/{cast.receipt_code()}"))


def pay_page(cast: Cast) -> View:
    return Web(pay_url(cast.tips(cast.follower, cast.held["post"], "¥6")))


SCENES: Final = (
    page("web-home", "/"),
    page("web-home-wide", "/", WIDE[0]),
    page("web-project", f"/p/{LIBRARIES}"),
    page("web-project-wide", f"/p/{LIBRARIES}", WIDE[0]),
    Scene("web-receipt", receipt),
    Scene("web-pay", pay_page),
    page("web-privacy", "/privacy"),
    page("web-terms", "/terms"),
    page("web-receipt-unknown", "/r/YZ-00000-00000-000"),
    page("web-slot-unknown", "/c/nobody"),
    page("web-no-page", "/nothing/here"),
)
