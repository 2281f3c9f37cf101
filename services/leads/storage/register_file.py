"""A company register that is a file: a table (CSV) or a list of objects (JSON) that the installation gives.

The file is read when it is first asked and again when it changed; a row without a name, or with a code whose check
digit does not fit, is left out. It is read apart from the loop that serves.
"""

import asyncio
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from chassis import logs
from chassis.imports.csv_reading import csv_rows, find_delimiter, find_encoding
from services.leads.domain.companies import CompanyEntry, Finding, name_key, read_status
from services.leads.domain.facts import Address
from trade.credit_code import CreditCodeInvalid, credit_code

# The headings each field goes by.
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "name": ("企业名称", "公司名称", "名称", "name", "company_name"),
    "credit_code": ("统一社会信用代码", "信用代码", "credit_code"),
    "status": ("登记状态", "经营状态", "企业状态", "status"),
    "legal_representative": ("法定代表人", "法人", "legal_representative"),
    "capital": ("注册资本", "capital", "registered_capital"),
    "founded": ("成立日期", "注册日期", "founded"),
    "industry": ("行业", "所属行业", "industry"),
    "province": ("省份", "所属省份", "省", "province"),
    "city": ("城市", "所属城市", "市", "city"),
    "district": ("区县", "所属区县", "区", "district"),
    "address": ("注册地址", "企业地址", "地址", "address"),
}
_FIELD_OF = {heading: name for name, headings in _HEADINGS.items() for heading in headings}
_FEWEST_LETTERS = 2


@dataclass(frozen=True)
class _Known:
    """The register as it was read; `names` are sorted, each with its company."""

    mark: str = ""
    by_code: Mapping[str, CompanyEntry] = field(default_factory=dict)
    by_name: Mapping[str, Sequence[CompanyEntry]] = field(default_factory=dict)
    names: Sequence[str] = ()


class FileRegister:
    """The companies of a file."""

    def __init__(self, path: Path | None) -> None:
        """None is a register that knows nothing."""
        self._path = path
        self._known = _Known()
        self._reading = asyncio.Lock()

    @property
    def source(self) -> str:
        """The name of the file."""
        return self._path.stem if self._path else ""

    async def mark(self) -> str:
        """Changes with the file."""
        return (await self._current()).mark

    async def complete(self, begun: str, *, most: int) -> Sequence[CompanyEntry]:
        """Names that begin so, then those that hold it; shorter ones first. A single letter names nobody."""
        known, key = await self._current(), name_key(begun)
        if len(key) < _FEWEST_LETTERS:
            return ()
        return await asyncio.to_thread(_complete, known, key, most)

    async def find(self, *, credit_code: str, name: str) -> tuple[Finding, CompanyEntry | None]:
        """The company of the code; without one the only one of the name."""
        known = await self._current()
        if credit_code:
            entry = known.by_code.get(credit_code)
            return (Finding.FOUND, entry) if entry else (Finding.NOT_FOUND, None)
        bearing = known.by_name.get(name_key(name), ()) if name else ()
        if len(bearing) > 1:
            return Finding.AMBIGUOUS, None
        return (Finding.FOUND, bearing[0]) if bearing else (Finding.NOT_FOUND, None)

    async def _current(self) -> _Known:
        mark = _mark_of(self._path)
        if mark == self._known.mark:
            return self._known
        async with self._reading:
            if mark != self._known.mark:
                self._known = await asyncio.to_thread(_read, self._path, mark)
        return self._known


def _mark_of(path: Path | None) -> str:
    """Of a file that is not there nothing is known, until it is."""
    try:
        told = path.stat() if path else None
    except FileNotFoundError:
        return ""
    return f"{told.st_mtime_ns}-{told.st_size}" if told else ""


def _read(path: Path | None, mark: str) -> _Known:
    by_code: dict[str, CompanyEntry] = {}
    by_name: dict[str, list[CompanyEntry]] = {}
    left_out = 0
    for told in _rows(path) if path and mark else ():
        entry = _entry(told)
        if entry is None:
            left_out += 1
            continue
        if entry.credit_code:
            by_code[entry.credit_code] = entry
        by_name.setdefault(name_key(entry.name), []).append(entry)
    if left_out:
        logs.get_logger().warning("register_rows_left_out", rows=left_out)
    return _Known(mark=mark, by_code=by_code, by_name=by_name, names=sorted(by_name))


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    if path.suffix == ".json":
        for told in orjson.loads(path.read_bytes()):
            yield {_FIELD_OF[key]: str(value).strip() for key, value in told.items() if key in _FIELD_OF and value}
        return
    encoding = find_encoding(path)
    rows = csv_rows(path, encoding, find_delimiter(path, encoding))
    heads = [_FIELD_OF.get(cell.strip(), "") for cell in next(rows).cells]
    for row in rows:
        yield {name: cell.strip() for name, cell in zip(heads, row.cells, strict=False) if name}


def _entry(told: Mapping[str, str]) -> CompanyEntry | None:
    if not told.get("name"):
        return None
    try:
        code = credit_code(told["credit_code"]) if told.get("credit_code") else ""
    except CreditCodeInvalid:
        return None
    return CompanyEntry(
        name=told["name"],
        credit_code=code,
        status=read_status(told.get("status", "")),
        legal_representative=told.get("legal_representative", ""),
        capital=told.get("capital", ""),
        founded=told.get("founded", ""),
        industry=told.get("industry", ""),
        address=Address(
            province=told.get("province", ""),
            city=told.get("city", ""),
            district=told.get("district", ""),
            line_1=told.get("address", ""),
        ),
    )


def _complete(known: _Known, key: str, most: int) -> Sequence[CompanyEntry]:
    first = bisect_left(known.names, key)
    beginning = list(_while_begun(known.names[first:], key))
    holding = (name for name in known.names if key in name and not name.startswith(key))
    names = sorted(beginning, key=lambda name: (len(name), name))
    if len(names) < most:
        names += sorted(holding, key=lambda name: (len(name), name))
    return [entry for name in names[:most] for entry in known.by_name[name]][:most]


def _while_begun(names: Iterable[str], key: str) -> Iterator[str]:
    for name in names:
        if not name.startswith(key):
            return
        yield name
