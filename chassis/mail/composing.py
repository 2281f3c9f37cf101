"""A mail as the bytes that a server is given."""

import re
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from chassis.mail.mail import Mail

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def compose(mail: Mail, *, sender: str, sender_address: str, now: datetime) -> bytes:
    """The message: plain text, HTML beside it where there is any, and one click to end it (RFC 8058).

    Its Message-ID follows from the mail, so that one that is sent again is known for the same.
    """
    order = mail.order
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = order.address
    message["Subject"] = in_one_line(order.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(mail.uuid, sender_address=sender_address)
    message["Auto-Submitted"] = "auto-generated"
    if order.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{order.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(order.text, cte="base64")
    if order.html:
        message.add_alternative(order.html, subtype="html", cte="base64")
    return message.as_bytes()


def message_id(mail: UUID, *, sender_address: str) -> str:
    """By what servers and readers know the mail."""
    return f"<{mail}@{sender_address.rpartition('@')[2]}>"


def in_one_line(text: str) -> str:
    """A text as a header may hold it: what would begin another line is a space."""
    return _CONTROL.sub(" ", text).strip()
