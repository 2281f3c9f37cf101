"""The program that sets a paper: `python -m services.contracts.documents.typesetting`, JSON in, PDF out.

It runs apart from the service: setting takes whole tenths of a second of a processor, and its caches stay here.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import orjson
import typst
from noto_cjk_sans_otc import FONT_PATH

_TEMPLATE = Path(__file__).with_name("paper.typ")


def main() -> None:
    """Read a paper from the standard input and write its PDF to the standard output."""
    paper = orjson.loads(sys.stdin.buffer.read())
    printed = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        font_paths=[str(Path(str(FONT_PATH)).parent)],
        ignore_system_fonts=True,
        sys_inputs={"paper": orjson.dumps(paper).decode()},
        timestamp=datetime.fromisoformat(paper["time"]).astimezone(UTC).replace(microsecond=0),
    )
    sys.stdout.buffer.write(printed)


if __name__ == "__main__":
    main()
