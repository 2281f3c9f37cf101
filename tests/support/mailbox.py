"""An SMTP server on loopback that keeps what it is given, and does what a test wants of it."""

import asyncio
import email
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session

OK = "250 taken"
Say = Callable[[], Awaitable[str]]


async def taken() -> str:
    return OK


@dataclass
class Mailbox:
    """What was given to the server, and what it says; a mail is kept before `text` is asked for its answer."""

    received: list[tuple[list[str], bytes]] = field(default_factory=list)
    recipient: Say = taken
    text: Say = taken
    drops_text: bool = False
    port: int = 0

    @property
    def server(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.port}"

    @property
    def mails(self) -> list[EmailMessage]:
        """The mails, the oldest first."""
        return [email.message_from_bytes(told, policy=default) for _, told in self.received]

    @property
    def addresses(self) -> list[str]:
        """To whom they went."""
        return [address for addresses, _ in self.received for address in addresses]

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = await self.recipient()
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        if self.drops_text:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        self.received.append((list(envelope.rcpt_tos), envelope.content))
        return await self.text()


@asynccontextmanager
async def mailbox() -> AsyncIterator[Mailbox]:
    """The server, until the end."""
    box = Mailbox()
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(box, loop=loop, enable_SMTPUTF8=True), "127.0.0.1", 0)
    box.port = listening.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        listening.close()
        await listening.wait_closed()
