"""Whatever a process logs, by us or by a library, is one JSON object a line and tells no phone, mail or password."""

import json
import subprocess
import sys
from typing import Any

import pytest

from chassis.logs import redact

SPEAKING = """
import asyncio, logging, threading
from chassis import logs

logs.configure("leads")
logs.get_logger().warning("ours", person="wang@yunfan.example")
logging.getLogger("grpc").warning("call of %s", "+86 13800138000")
logging.getLogger("nats").info("nobody needs this")
try:
    raise ValueError("li@yunfan.example is known")
except ValueError:
    logging.getLogger("sqlalchemy.pool").exception("not given back")
thread = threading.Thread(target=lambda: logging.getLogger("grpc").error("from a thread"))
thread.start()
thread.join()

async def forget():
    task = asyncio.ensure_future(fail())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task

async def fail():
    raise ValueError("zhao@yunfan.example, 13900139000")

asyncio.run(forget())
"""


@pytest.fixture(scope="module")
def said() -> str:
    """What a process wrote to standard error."""
    return subprocess.run([sys.executable, "-c", SPEAKING], capture_output=True, text=True, check=True).stderr


def test_every_line_is_one_object_with_the_keys_of_ours(said: str) -> None:
    lines: list[dict[str, Any]] = [json.loads(line) for line in said.splitlines()]
    assert [(line["event"].split("\n")[0], line["level"], line["service"]) for line in lines] == [
        ("ours", "warning", "leads"),
        ("call of …", "warning", "leads"),
        ("not given back", "error", "leads"),
        ("from a thread", "error", "leads"),
        ("Task exception was never retrieved", "error", "leads"),
    ]
    assert all(line["timestamp"].endswith("Z") for line in lines)
    assert [line.get("logger") for line in lines] == [None, "grpc", "sqlalchemy.pool", "grpc", "asyncio"]
    assert "ValueError: … is known" in lines[2]["exception"]


def test_no_line_tells_whom_it_was_about(said: str) -> None:
    assert "ValueError" in said
    assert "yunfan" not in said
    assert "00138000" not in said
    assert "00139000" not in said


def test_what_lies_deep_in_a_value_is_dropped_as_well() -> None:
    met = {"phone": 13800138000, "password": "abc", "tried": [("mail", "x"), {"to": "li@yunfan.example"}], "count": 3}
    assert redact(None, "", {"met": met}) == {
        "met": {"phone": "…", "password": "…", "tried": [["mail", "…"], {"to": "…"}], "count": 3}
    }


def test_an_exception_and_the_metadata_of_a_call_are_cleaned() -> None:
    event = {"met": ValueError("13800138000"), "metadata": (("Authorization", "Bearer abc"), ("accept-language", "zh"))}
    assert redact(None, "", event) == {
        "met": "ValueError('…')",
        "metadata": [["Authorization", "…"], ["accept-language", "zh"]],
    }


def test_a_token_inside_a_text_is_dropped() -> None:
    assert redact(None, "", {"error": "asked with Bearer abc.def and eyJhbGciOiJ.eyJzdWIi.c2ln, in vain"}) == {
        "error": "asked with … and …, in vain"
    }
