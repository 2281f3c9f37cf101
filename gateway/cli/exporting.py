"""`millrace leads export`: a list as a file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from gateway.cli.talk import Refused, Talk
from gateway.cli.wording import say

FORMATS = {".csv": "LEAD_EXPORT_FORMAT_CSV", ".xlsx": "LEAD_EXPORT_FORMAT_XLSX"}


def wanted_export(file: Path, *, condition: str, order: str, columns: Sequence[str]) -> dict[str, Any]:
    """What to ask for, in the kind of file its name tells; raises Refused for a name that tells none."""
    kind = FORMATS.get(file.suffix.lower())
    if kind is None:
        raise Refused(say("export_kind_unknown", name=file.name))
    return {"filter": condition, "orderBy": order, "fields": list(columns), "format": kind}


def export_leads(talk: Talk, wanted: Mapping[str, Any], file: Path, console: Console) -> None:
    """Save what is wanted; a file that was there stays until the new one is whole."""
    with console.status(say("exporting")):
        size = talk.save("/v1/leads:export", file, **wanted)
    console.print(say("exported", path=file, size=f"{size:,}"), markup=False, soft_wrap=True)
