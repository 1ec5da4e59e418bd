"""Where we listen and keep things, what the log says, and who answers for it all."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from settings.kinds import Text, Whole, database_address, web_address
from settings.model.group import Group


class Database(Group):
    url: Annotated[Text, AfterValidator(database_address), Field(repr=False)] = "sqlite:///var/yizan.db"
    pg_bin: Text = ""


class Web(Group):
    host: Annotated[Text, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[Whole, Field(ge=0, le=65535)] = 8081
    public_url: Annotated[Text, AfterValidator(lambda value: value and web_address(value))] = ""
    metrics_host: Annotated[Text, Field(min_length=1)] = "127.0.0.1"
    metrics_port: Annotated[Whole, Field(ge=0, le=65535)] = 0
    drain_s: Annotated[Whole, Field(ge=0, le=60)] = 0
    proxies: Annotated[Whole, Field(ge=0, le=9)] = 0

    @property
    def link_base(self) -> str:
        """What links to our pages begin with, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"


class Legal(Group):
    operator: Text = ""
    basis: Text = ""
    contact: Text = ""


class Logs(Group):
    format: Literal["auto", "console", "json"] = "auto"
    level: Literal["debug", "info", "warning", "error"] = "info"
    most_alike: Annotated[Whole, Field(ge=0)] = 200
