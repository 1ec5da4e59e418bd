"""The YAML file that `project import` takes: every entry read for itself, each mistake with its line and its place."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final, Generic, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, HttpUrl, ValidationError

from giving.money import DECIMALS
from giving.people import LANGUAGES
from giving.projects import ProjectState

MOST_TARGET_MINOR: Final = 10**15
Location = tuple[int | str, ...]


class ImportRefused(Exception):
    """The file can't be read at all; str() has one line per problem, each naming its place."""


def _major_units(value: object) -> Decimal:
    """300000 or "300000.50"; never a float, which may not be what was written."""
    if isinstance(value, bool | float):
        raise ValueError("write a whole number, or an amount in quotes such as '300000.50'")
    if not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,6})?", str(value)):
        raise ValueError("is no amount")
    amount = Decimal(str(value))
    if amount <= 0:
        raise ValueError("must be more than nothing")
    return amount


def _readable(text: str) -> str:
    """Nothing that no page could show and no database would keep: control characters, halves of characters."""
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in text):
        raise ValueError("has a control character in it")
    return text


Readable = Annotated[str, AfterValidator(_readable)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Words = Annotated[Readable, Field(min_length=1, max_length=4000)]
Title = Annotated[Readable, Field(min_length=1, max_length=60)]
Sentence = Annotated[Readable, Field(min_length=1, max_length=200)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GivenText(_Model):
    """A project's words in one language."""

    title: Title
    summary: Sentence
    story: Words
    use: Sentence


class GivenOrganisation(_Model):
    """An organisation as the file has it."""

    slug: Slug
    names: Annotated[dict[str, Title], Field(min_length=1)]
    website: HttpUrl | None = None
    verified: bool = False


class GivenProject(_Model):
    """A project as the file has it; `target` in major units."""

    slug: Slug
    organisation: Slug
    state: ProjectState = ProjectState.OPEN
    currency: str = "CNY"
    target: Annotated[Decimal, BeforeValidator(_major_units)]
    texts: Annotated[dict[str, GivenText], Field(min_length=1)]
    designated_url: HttpUrl | None = None
    filing_number: Title | None = None


Given = TypeVar("Given", GivenOrganisation, GivenProject)


@dataclass(frozen=True, slots=True)
class Entry(Generic[Given]):
    """One entry with the line it begins on; `given` is None where `problems` say why it can't be read."""

    place: str
    line: int
    slug: str
    given: Given | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """Every entry of the file, in its order."""

    organisations: tuple[Entry[GivenOrganisation], ...]
    projects: tuple[Entry[GivenProject], ...]


def read(text: str) -> ProjectFile:
    """Read a YAML text; what is wrong with an entry stands in it. Raises: ImportRefused (it is no such file)."""
    content, node = _parsed(text)
    if not isinstance(content, dict):
        raise ImportRefused("the file must have organisations: and projects:, each a list")
    known = ("organisations", "projects")
    problems = [f"{key}: {_no_field(str(key), known)}" for key in content if key not in known]
    problems += [
        f"line {_line(node, (key,))}: {key}: must be a list of entries, each beginning with -"
        for key in known
        if not isinstance(content.get(key) or [], list)
    ]
    if problems:
        raise ImportRefused("\n".join(problems))
    return ProjectFile(
        tuple(_entries(GivenOrganisation, "organisations", content, node)),
        tuple(_entries(GivenProject, "projects", content, node)),
    )


class _Loader(yaml.SafeLoader):
    """With YAML's own rule that PyYAML leaves out: a key stands once, or a second `projects:` would undo the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise ImportRefused(f"line {key.start_mark.line + 1}: {key.value}: is written twice")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _parsed(text: str) -> tuple[Any, yaml.Node | None]:
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        return (loader.construct_document(node) if node is not None else {}), node
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ImportRefused(f"not YAML: {' '.join(str(error).split())}") from None


def _entries(
    model: type[Given], kind: str, content: Mapping[str, Any], node: yaml.Node | None
) -> Iterator[Entry[Given]]:
    items = content.get(kind) or []
    slugs = [item.get("slug") if isinstance(item, dict) else None for item in items]
    for place, item in enumerate(items):
        at: Location = (kind, place)
        given, wrong = _validated(model, item)
        if slugs[place] is not None and slugs[place] in slugs[:place]:
            wrong.append((("slug",), f"{slugs[place]!r} stands twice"))
        if given is not None:
            wrong += _wrong(given)
        problems = tuple(f"line {_line(node, at + where)}: {_place(at + where)}: {why}" for where, why in wrong)
        slug = str(slugs[place] if slugs[place] is not None else "?")
        yield Entry(_place(at), _line(node, at), slug, None if problems else given, problems)


def _validated(model: type[Given], item: object) -> tuple[Given | None, list[tuple[Location, str]]]:
    try:
        return model.model_validate(item), []
    except ValidationError as error:
        return None, [(e["loc"], _why(model, e["loc"], e["type"], e["msg"])) for e in error.errors()]


def _why(model: type[BaseModel], location: Location, kind: str, message: str) -> str:
    match kind:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            inner = GivenText if location[0] == "texts" else model
            return _no_field(str(location[-1]), inner.model_fields)
        case "string_pattern_mismatch":
            return "use small letters, digits and single hyphens, such as village-libraries"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "must be fields, each on its line: name: value"
    return message.removeprefix("Value error, ")


def _no_field(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return f"there is no such field; did you mean {near[0]}?" if near else "there is no such field"


def _wrong(given: GivenOrganisation | GivenProject) -> Iterator[tuple[Location, str]]:
    if isinstance(given, GivenOrganisation):
        yield from _languages("names", given.names)
        return
    yield from _languages("texts", given.texts)
    decimals = DECIMALS.get(given.currency)
    if decimals is None:
        yield ("currency",), f"unknown currency {given.currency!r}; known: {', '.join(sorted(DECIMALS))}"
    elif (minor := given.target.scaleb(decimals)) != minor.to_integral_value() or minor > MOST_TARGET_MINOR:
        yield ("target",), f"{given.target} is no amount of {given.currency}"


def _languages(field: str, words: Mapping[str, object]) -> Iterator[tuple[Location, str]]:
    for language in words:
        if language not in LANGUAGES:
            yield (field, language), f"unknown language; known: {', '.join(LANGUAGES)}"


def _line(node: yaml.Node | None, location: Location) -> int:
    """The line where this stands, or the nearest thing around it."""
    line = node.start_mark.line + 1 if node is not None else 1
    for part in location:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        elif isinstance(node, yaml.MappingNode) and (pair := _pair(node.value, part)) is not None:
            line, node = pair[0].start_mark.line + 1, pair[1]
        else:
            break
    return line


def _pair(pairs: Sequence[tuple[yaml.Node, yaml.Node]], name: object) -> tuple[yaml.Node, yaml.Node] | None:
    return next((pair for pair in pairs if pair[0].value == str(name)), None)


def _place(location: Location) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
