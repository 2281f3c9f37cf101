"""By which server mails go out, or into which folder; without either nothing is sent, and whoever orders says so."""

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import parseaddr
from enum import Enum

from chassis.settings import Environment

_SERVER = re.compile(r"(?P<host>[^\s:/\[\]]+|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})")
_URL = re.compile(r"https?://[^\s/?#]+")


class Encryption(Enum):
    """How the way to the server is encrypted: from the first byte, by STARTTLS, or not at all."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """Where mails go, from whom they come, and where the links in them lead (`public_url`)."""

    server: tuple[str, int] | None
    encryption: Encryption
    user: str
    password: str
    folder: str
    sender: str
    public_url: str

    @property
    def is_set_up(self) -> bool:
        """Whether anything can be sent."""
        return self.server is not None or bool(self.folder)

    @property
    def sender_address(self) -> str:
        """The bare address of the sender: where servers send what they could not deliver."""
        return parseaddr(self.sender)[1]

    @classmethod
    def read(cls, env: Environment) -> "MailSettings":
        """Read the settings; what is wrong with them is told at the start."""
        server = env.text("MILLRACE_MAIL_SERVER", "", means="the SMTP server by which mails go out, `host:port`")
        folder = env.text(
            "MILLRACE_MAIL_FOLDER", "", means="the folder mails are written into, where there is no server"
        )
        sender = env.text("MILLRACE_MAIL_SENDER", "", means="from whom mails come: `Name <address>`, or an address")
        public_url = env.text(
            "MILLRACE_PUBLIC_URL", "", means="where customers reach the gateway: links in mails begin so"
        ).rstrip("/")
        if (server or folder) and not _is_sender(sender):
            env.problems.append(f"MILLRACE_MAIL_SENDER is no mail address: {sender!r}")
        if (server or folder) and not _URL.fullmatch(public_url):
            env.problems.append(f"MILLRACE_PUBLIC_URL is no address of a site: {public_url!r}")
        return cls(
            server=_server(env, server),
            encryption=_encryption(env),
            user=env.text("MILLRACE_MAIL_USER", "", means="as whom the SMTP server knows us; empty for nobody"),
            password=env.text("MILLRACE_MAIL_PASSWORD", "", means="the password of that user"),
            folder=folder,
            sender=sender,
            public_url=public_url,
        )


def _server(env: Environment, told: str) -> tuple[str, int] | None:
    if not told:
        return None
    found = _SERVER.fullmatch(told)
    if found is None:
        env.problems.append(f"MILLRACE_MAIL_SERVER is not host:port: {told!r}")
        return None
    return found["host"].strip("[]"), int(found["port"])


def _encryption(env: Environment) -> Encryption:
    told = env.text(
        "MILLRACE_MAIL_ENCRYPTION",
        "starttls",
        means="how the way to the SMTP server is encrypted: `starttls`, `tls` (from the first byte) or `none`",
    )
    try:
        return Encryption(told)
    except ValueError:
        env.problems.append(f"MILLRACE_MAIL_ENCRYPTION is none of tls, starttls, none: {told!r}")
        return Encryption.STARTTLS


def _is_sender(told: str) -> bool:
    name, address = parseaddr(told)
    try:
        Address(display_name=name, addr_spec=address)
    except (ValueError, IndexError):
        return False
    return "@" in address and address.isascii() and told.isprintable()
