"""How a mail leaves: to an SMTP server, or into a folder where there is none."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol
from uuid import UUID

import aiosmtplib

from chassis.mail.mail import MailState
from chassis.mail.settings import Encryption, MailSettings
from chassis.no_network import forbid_inside_transaction

# For each command, and for the answer to the text; no mail outlasts the lease of its job.
_COMMAND_SECONDS = 20.0
_TEXT_SECONDS = 120.0
_PERMANENT = 500
# RFC 3463: what is wrong is the address (1) or the mailbox (2), and not what is said or who says it.
_ADDRESSEE = ("5.1.", "5.2.")

HandOver = Callable[[], Awaitable[bool]]


class Answer(Enum):
    """What became of a try: where it leaves the mail."""

    TAKEN = MailState.SENT
    # Nobody is at the address, and nobody will be.
    NOBODY_THERE = MailState.BOUNCED
    # The server will not take it from us, or not this text, however often it is asked.
    REFUSED = MailState.FAILED
    # Not now; the server has it not.
    NOT_NOW = MailState.WAITING
    # The text was on its way, and no answer came.
    NO_WORD = MailState.UNKNOWN
    # It was not to be handed over any more.
    LET_BE = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What is handed over: the message as bytes, from which bare address, to which."""

    mail: UUID
    message: bytes
    sender: str
    recipient: str


class Transport(Protocol):
    """A way for mails to leave."""

    async def deliver(self, parcel: Parcel, hand_over: HandOver) -> tuple[Answer, str]:
        """Deliver it, asking for leave at the last moment before it can be taken; what became of it, in whose words."""
        ...


class SmtpTransport:
    """To a server by SMTP (RFC 5321), one connection a mail."""

    def __init__(self, settings: MailSettings) -> None:
        """Connects to nothing yet."""
        self._settings = settings

    async def deliver(self, parcel: Parcel, hand_over: HandOver) -> tuple[Answer, str]:
        """Everything up to the text leaves nothing behind at the server; the text asks for leave."""
        forbid_inside_transaction()
        client = self._client()
        try:
            try:
                await client.connect()
                await client.mail(parcel.sender)
            except (aiosmtplib.SMTPException, OSError) as error:
                return Answer.NOT_NOW, told_by(error)
            try:
                await client.rcpt(parcel.recipient)
            except (aiosmtplib.SMTPException, OSError) as error:
                return recipient_answer(error), told_by(error)
            if not await hand_over():
                return Answer.LET_BE, ""
            return await _text(client, parcel)
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        settings = self._settings
        host, port = settings.server or ("", 0)
        return aiosmtplib.SMTP(
            hostname=host,
            port=port,
            username=settings.user or None,
            password=settings.password or None,
            use_tls=settings.encryption is Encryption.TLS,
            start_tls=settings.encryption is Encryption.STARTTLS,
            timeout=_COMMAND_SECONDS,
        )


async def _text(client: aiosmtplib.SMTP, parcel: Parcel) -> tuple[Answer, str]:
    try:
        answer = await client.data(parcel.message, timeout=_TEXT_SECONDS)
    except (aiosmtplib.SMTPException, OSError) as error:
        return text_answer(error), told_by(error)
    return Answer.TAKEN, answer.message


class FolderTransport:
    """Into a folder, one file a mail: what a house without a server looks at."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when the first mail comes."""
        self._folder = folder

    async def deliver(self, parcel: Parcel, hand_over: HandOver) -> tuple[Answer, str]:
        """The file has the name of the mail, and stands there whole or not at all."""
        if not await hand_over():
            return Answer.LET_BE, ""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = self._folder / f".{parcel.mail}"
            draft.write_bytes(parcel.message)
            draft.replace(self._folder / f"{parcel.mail}.eml")
        except OSError as error:
            return Answer.NOT_NOW, told_by(error)
        return Answer.TAKEN, ""


def transport_by(settings: MailSettings) -> Transport:
    """The way that was set up: the server before the folder."""
    return SmtpTransport(settings) if settings.server else FolderTransport(Path(settings.folder))


def recipient_answer(error: Exception) -> Answer:
    """What a server says of the recipient: a refusal for good is about the address, everything else may pass."""
    code = getattr(error, "code", 0)
    return Answer.NOBODY_THERE if code >= _PERMANENT else Answer.NOT_NOW


def text_answer(error: Exception) -> Answer:
    """What a server says of the text; without an answer nobody knows whether it has it."""
    if not isinstance(error, aiosmtplib.SMTPResponseException) or not error.code >= _PERMANENT - 100:
        return Answer.NO_WORD
    if error.code < _PERMANENT:
        return Answer.NOT_NOW
    return Answer.NOBODY_THERE if error.message.startswith(_ADDRESSEE) else Answer.REFUSED


def told_by(error: Exception) -> str:
    """What is kept of an error: its code and words where a server said them, else what it is.

    Servers like to repeat the address in their words: those up to the first mail address are kept.
    """
    if isinstance(error, aiosmtplib.SMTPResponseException):
        words = f"{error.code} {error.message}".split("@", maxsplit=1)[0]
        return words.rpartition(" ")[0] if "@" in error.message else words
    return type(error).__name__
