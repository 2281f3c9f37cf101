"""A consumer knows every event of a producer's contract, whether or not its process has ever heard of it."""

import subprocess
import sys

ASK = """
from chassis.consumer.event import decode
names = ("SessionRevoked", "ApiClientRevoked", "MemberDeactivated", "NeverReleased")
print([decode(f"millrace.directory.v1.{name}", b"") is not None for name in names])
print(decode("of.somebody.else.Event", b""), decode("", b""))
"""


def test_an_event_is_known_in_a_process_that_imported_nothing_of_it() -> None:
    told = subprocess.run([sys.executable, "-c", ASK], check=True, capture_output=True, text=True)
    assert told.stdout.splitlines() == ["[True, True, True, False]", "None None"]
