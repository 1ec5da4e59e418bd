"""`make sbom`: what a running Yizan consists of, as CycloneDX JSON, from the locked requirements.

Every package that `requirements.txt` pins, with its version, the hashes that an install accepts, its licence as
docs/licences.md has it, the platforms it is for, and what asked for it.
"""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from launch.version import VERSION, commit

ROOT: Final = Path(__file__).parents[1]
OUT: Final = ROOT / "sbom.cdx.json"
_PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)(?: *; *([^\\]+?))? *\\?$")
_HASH: Final = re.compile(r"^    --hash=sha256:([0-9a-f]{64})")
_VIA: Final = re.compile(r"^    #(?: via|  ) +(\S.*)$")


@dataclass
class Pinned:
    """One package: for which platforms (an environment marker, or ""), its hashes, who asked for it."""

    name: str
    version: str
    marker: str
    hashes: list[str] = field(default_factory=list)
    asked_by: list[str] = field(default_factory=list)


def pinned(text: str) -> list[Pinned]:
    """The packages of a requirements file. Raises: ValueError (a line that is none of what `make lock` writes)."""
    found: list[Pinned] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#") or line.strip() == "# via":
            continue
        if pin := _PIN.match(line):
            found.append(Pinned(pin[1], pin[2], pin[3] or ""))
        elif found and (hashed := _HASH.match(line)):
            found[-1].hashes.append(hashed[1])
        elif found and (via := _VIA.match(line)):
            found[-1].asked_by.append(via[1])
        else:
            raise ValueError(f"line {number} is not understood: {line}")
    return found


def licences(text: str) -> dict[str, str]:
    """Name → licence, of the table in docs/licences.md."""
    rows = re.findall(r"^\| ([a-z0-9._-]+) \| [^|]+ \| ([^|]+) \|", text, re.MULTILINE)
    return {name: licence.strip() for name, licence in rows}


def bom_of(packages: list[Pinned], known: dict[str, str]) -> Bom:
    """The bill, with who depends on whom."""
    yizan = Component(name="yizan", version=VERSION, type=ComponentType.APPLICATION, bom_ref="yizan")
    yizan.licenses.add(DisjunctiveLicense(id="MIT"))
    if made_of := commit():
        yizan.properties.add(Property(name="commit", value=made_of))
    bom = Bom()
    bom.metadata.component = yizan
    components = {package.name: _component(package, known) for package in packages}
    for component in components.values():
        bom.components.add(component)
    for package in packages:
        for asking in package.asked_by:
            bom.register_dependency(components.get(asking, yizan), [components[package.name]])
    return bom


def _component(package: Pinned, known: dict[str, str]) -> Component:
    component = Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{package.name}@{package.version}",
        purl=PackageURL("pypi", None, package.name, package.version),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in package.hashes],
    )
    if package.name in known:
        component.licenses.add(DisjunctiveLicense(name=known[package.name]))
    if package.marker:
        component.properties.add(Property(name="python:marker", value=package.marker))
    return component


def main(out: Path = OUT) -> None:
    """Write it, and say where."""
    packages = pinned((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    bom = bom_of(packages, licences((ROOT / "docs" / "licences.md").read_text(encoding="utf-8")))
    make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_to_file(str(out), allow_overwrite=True, indent=2)
    print(f"wrote {out.name}: {len(packages)} packages")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
