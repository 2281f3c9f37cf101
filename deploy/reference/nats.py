"""`nats.md`: who may do what on NATS, as a block for the server's configuration."""

from collections.abc import Sequence

from chassis.streaming.permissions import permissions
from chassis.streaming.streams import declared
from deploy.reference.markdown import page, section, table

_OPENING = (
    "Each service is a user of NATS by its own name: it publishes below its own subject, reads the streams it follows, "
    "and hears nothing but its own inbox. What a service tries beyond that counts in "
    "`millrace_nats_permission_violations_total`, which raises an alarm; the service itself only sees a timeout."
)
_HOW = (
    "For `nats-server.conf`. The server takes each `$…` from its environment; the service reads the same password from "
    "`MILLRACE_<SERVICE>_NATS_PASSWORD` or its `…_FILE`. `make run` sets all of this up by itself."
)


def nats() -> str:
    """The page."""
    streams = declared().values()
    rows = [
        (each.name, " ".join(f"`{subject}`" for subject in each.subjects), ", ".join(each.readers)) for each in streams
    ]
    users = "\n".join(_user(each.name) for each in streams)
    block = f"{_HOW}\n\n```\nauthorization {{\n  users: [\n{users}\n  ]\n}}\n```"
    return page(
        "NATS",
        _OPENING,
        section("Streams", table(("Stream", "Subjects", "Followed by"), rows)),
        section("Users", block),
    )


def _user(name: str) -> str:
    may = permissions(name, declared().values())
    return "\n".join(
        [
            "    {",
            f"      user: {name}, password: $MILLRACE_{name.upper()}_NATS_PASSWORD",
            "      permissions: {",
            f"        publish: {_listed(may.publish)}",
            f"        subscribe: {_listed(may.subscribe)}",
            "      }",
            "    }",
        ]
    )


def _listed(subjects: Sequence[str]) -> str:
    lines = "".join(f'\n          "{subject}"' for subject in subjects)
    return f"[{lines}\n        ]"
