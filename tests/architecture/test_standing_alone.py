"""What each deployable may do without: the gateway runs where no database library is installed."""

import subprocess
import sys

from tests.architecture.tree import ROOT, shown, sources

WITHOUT = """
import importlib, sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"sqlalchemy", "asyncpg", "alembic", "nats", "services", "deploy"}:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Absent())
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


def test_the_gateway_starts_where_no_database_library_is_installed() -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in sources("gateway")
        if "cli" not in path.parts and path.name != "__main__.py"
    ]
    done = subprocess.run([sys.executable, "-c", WITHOUT, *modules], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_project_names_no_machine_and_no_mirror_it_was_written_on() -> None:
    strange = ("/work" + "/", ".." + "/shared", "index-url")
    words = list(ROOT.glob("requirements/*.lock")) + [
        path for path in sources() if path.name != "test_standing_alone.py"
    ]
    assert [path for path in words if any(word in path.read_text(encoding="utf-8") for word in strange)] == []


def test_no_lock_file_names_a_host() -> None:
    named = [shown(path) for path in sorted((ROOT / "requirements").glob("*.lock")) if "://" in path.read_text()]
    assert named == []
