"""The bill of materials (物料清单): what is locked for each part, as CycloneDX, for who must know what is inside."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BILL = ROOT / "build" / "sbom.json"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)


def locks() -> dict[str, str]:
    """The text of every lock by the part it is for."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "requirements").glob("*.lock"))}


def pinned(lock: str) -> Iterator[tuple[str, str]]:
    """Every package of a lock with its version."""
    return ((found[1], found[2]) for found in _PINNED.finditer(lock))


def bill(locks: Mapping[str, str], *, release: str) -> dict[str, Any]:
    """The document: each package once, with the parts that are installed with it."""
    parts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for part, lock in locks.items():
        for package in pinned(lock):
            parts[package].append(part)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "millrace", "version": release}},
        "components": [_component(*package, parts[package]) for package in sorted(parts)],
    }


def _component(name: str, version: str, parts: list[str]) -> dict[str, Any]:
    url = f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"
    return {
        "type": "library",
        "bom-ref": url,
        "name": name,
        "version": version,
        "purl": url,
        "properties": [{"name": "millrace:part", "value": part} for part in parts],
    }


def main() -> None:
    """Write it to `build/sbom.json`."""
    BILL.parent.mkdir(exist_ok=True)
    text = json.dumps(bill(locks(), release=version("millrace")), indent=2)
    BILL.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
