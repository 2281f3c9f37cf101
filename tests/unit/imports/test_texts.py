import re
import tomllib
from pathlib import Path

import chassis.imports

FOLDER = Path(chassis.imports.__file__).parent
CODE = re.compile(r'(?:reason = |code=)"([A-Z_]+)"')


def test_every_reason_of_the_import_part_has_its_text_in_both_languages() -> None:
    codes = {code for module in FOLDER.glob("*.py") for code in CODE.findall(module.read_text(encoding="utf-8"))}
    codes |= {"ROW_QUOTES_MALFORMED", "ROW_WIDER_THAN_HEADER", "CELL_UNREADABLE", "IMPORT_LINE", "IMPORT_ERRORS"}
    for language in ("zh", "en"):
        texts = tomllib.loads((FOLDER / "messages" / f"{language}.toml").read_text(encoding="utf-8"))
        assert codes == {key.partition(".")[0] for key in texts}
        assert all(texts.values())
