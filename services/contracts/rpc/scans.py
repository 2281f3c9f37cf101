"""Scans of what was signed on paper, as they come in pieces."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from chassis.files import File, receive, scratch_file
from chassis.files.streaming import Pieces
from chassis.rpc.call import Call
from services.contracts.application.contract_papers import PaperRoom
from services.contracts.domain.signature import Evidence


@dataclass(frozen=True, slots=True)
class Scan:
    """What was asked for: the first message, the kept file, who signed and where the paper lies.

    `asked` makes a repeat the same: what was said first, and the whole file by its digest.
    """

    first: Any
    asked: Any
    file: File
    evidence: Evidence


async def receive_scan(requests: AsyncIterator[Any], room: PaperRoom, call: Call) -> Scan:
    """Take a scan in, piece by piece, and put it into the vault; raises what `receive` raises."""
    pieces = Pieces(requests)
    first = await pieces.first()
    with scratch_file() as path:
        arrived = await receive(
            pieces.content(), path=path, file_name=first.file_name, content_type=first.file.content_type
        )
        put = await room.vault.put(path)
    asked = type(first)()
    asked.CopyFrom(first)
    asked.file.data = arrived.sha256
    evidence = Evidence(signer_name=first.signer_name.strip(), archive_number=first.archive_number.strip())
    return Scan(first, asked, arrived.as_file(put, by=call.principal.subject, now=call.now), evidence)
