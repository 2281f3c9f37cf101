"""`python -m deploy.release`: keep an example of every event of the version that pyproject.toml names."""

import tomllib
from pathlib import Path

from deploy.release.corpus import AlreadyReleased, keep

ROOT = Path(__file__).parent.parent.parent


def main() -> None:
    """Write the corpus of this version, once."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    try:
        written = keep(project["version"])
    except AlreadyReleased as standing:
        raise SystemExit(str(standing)) from None
    print(f"{len(written)} events of {project['version']} kept in protos/released")


if __name__ == "__main__":
    main()
