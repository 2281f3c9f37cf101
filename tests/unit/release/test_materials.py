"""The bill of materials names what the locks pin, all of it and nothing else."""

import pytest

from deploy.release.materials import bill, locks, pinned

LOCK = """# a comment: not==1
plain==1.2.3 \\
    --hash=sha256:00
with-extra[one,two]==4.5rc1 ; python_version < "3.12" \\
    --hash=sha256:11
    # via plain==9
"""


def test_a_package_is_named_with_its_version_whatever_stands_beside_it() -> None:
    assert list(pinned(LOCK)) == [("plain", "1.2.3"), ("with-extra", "4.5rc1")]


@pytest.mark.parametrize("part", locks())
def test_every_line_of_a_lock_that_begins_a_package_is_read(part: str) -> None:
    lines = [line for line in locks()[part].splitlines() if line and line[0] not in " #"]
    assert len(list(pinned(locks()[part]))) == len(lines) > 0


def test_a_package_of_two_parts_stands_once_and_tells_both() -> None:
    found = bill({"leads": "grpcio==1.0\n", "gateway": "grpcio==1.0\nuvicorn==2.0\n"}, release="0.1.0")
    assert [(each["purl"], [p["value"] for p in each["properties"]]) for each in found["components"]] == [
        ("pkg:pypi/grpcio@1.0", ["leads", "gateway"]),
        ("pkg:pypi/uvicorn@2.0", ["gateway"]),
    ]
    assert found["metadata"]["component"]["version"] == "0.1.0"
