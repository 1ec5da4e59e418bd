"""Every setting by its key and by its variable."""

import itertools
from collections.abc import Iterator
from typing import get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from settings.model.whole import Settings
from settings.words import PREFIX


def group_of(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def leaves(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        if group := group_of(field):
            yield from leaves(group, f"{before}{name}.")
        else:
            yield before + name, field


def variable_of(key: str) -> str:
    return PREFIX + key.upper().replace(".", "__")


FIELDS = dict(leaves(Settings))
SECRETS = frozenset(key for key, field in FIELDS.items() if SecretStr in get_args(field.annotation))
KEYS = tuple(dict.fromkeys(part for key in FIELDS for part in itertools.accumulate(key.split("."), "{}.{}".format)))
VARIABLES = {variable_of(key): key for key in FIELDS}
FILE_VARIABLES = {variable_of(key) + "_FILE": key for key in SECRETS | {"database.url"}}
