"""What may become of a mail, and what a server's answer makes of it."""

import email
from email.policy import default
from uuid import UUID

import aiosmtplib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.mail.composing import compose
from chassis.mail.mail import NEXT_STATES, OVER, REDRIVABLE, Mail, MailOrder, MailState, precursors
from chassis.mail.transport import Answer, recipient_answer, text_answer, told_by
from tests.support.clock import NOON

MAIL = UUID(int=7)


def a_mail(**order: object) -> Mail:
    told = {
        "purpose": "nurturing",
        "about": "leads/1",
        "address": "wang@a.example",
        "subject": "白皮书",
        "text": "你好",
    }
    return Mail(
        uuid=MAIL,
        order=MailOrder(**(told | order)),  # type: ignore[arg-type]
        digest="",
        state=MailState.WAITING,
        create_time=NOON,
    )


def composed(mail: Mail) -> email.message.EmailMessage:
    told = compose(mail, sender="渠成 <news@house.example>", sender_address="news@house.example", now=NOON)
    return email.message_from_bytes(told, policy=default)


@given(st.lists(st.sampled_from(MailState), max_size=12))
def test_a_text_leaves_once_unless_the_server_said_no_or_a_person_asks(wanted: list[MailState]) -> None:
    """Whatever is tried in whatever order: between two hand-overs the server has said that it has the mail not."""
    state, handed_over, refused = MailState.WAITING, 0, 0
    for following in wanted:
        if following not in NEXT_STATES[state]:
            continue
        refused += (state, following) == (MailState.HANDING_OVER, MailState.WAITING)
        handed_over += following is MailState.HANDING_OVER
        state = following
    assert handed_over <= refused + 1


def test_what_nobody_knows_waits_for_a_person() -> None:
    assert precursors(MailState.WAITING) == {MailState.HANDING_OVER}
    assert {MailState.UNKNOWN, MailState.FAILED} == REDRIVABLE
    assert not REDRIVABLE & OVER


def test_a_late_answer_is_still_an_answer() -> None:
    assert MailState.UNKNOWN in precursors(MailState.SENT)


def test_the_message_id_follows_from_the_mail() -> None:
    assert composed(a_mail())["Message-ID"] == composed(a_mail(text="other"))["Message-ID"]
    assert composed(a_mail())["Message-ID"] == f"<{MAIL}@house.example>"


def test_one_click_ends_it() -> None:
    message = composed(a_mail(unsubscribe_url="https://house.example/v1/unsubscriptions/abc"))
    assert message["List-Unsubscribe"] == "<https://house.example/v1/unsubscriptions/abc>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "List-Unsubscribe" not in composed(a_mail())


def test_a_mail_is_plain_text_with_html_beside_it() -> None:
    message = composed(a_mail(html="<p>你好</p>"))
    parts = [(part.get_content_type(), part.get_content().strip()) for part in message.iter_parts()]
    assert parts == [("text/plain", "你好"), ("text/html", "<p>你好</p>")]
    assert composed(a_mail()).get_content().strip() == "你好"


@given(st.text(max_size=80))
def test_no_name_of_a_customer_begins_another_header(name: str) -> None:
    message = composed(a_mail(subject=f"{name}\r\nBcc: all@house.example"))
    assert "Bcc" not in message
    assert len(message.get_all("Subject", [])) == 1


def refusal(code: int, words: str = "no") -> aiosmtplib.SMTPResponseException:
    return aiosmtplib.SMTPResponseException(code, words)


def test_a_recipient_refused_for_good_is_not_there() -> None:
    assert recipient_answer(refusal(550)) is Answer.NOBODY_THERE
    assert recipient_answer(refusal(450)) is Answer.NOT_NOW
    assert recipient_answer(aiosmtplib.SMTPServerDisconnected("gone")) is Answer.NOT_NOW


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (refusal(451), Answer.NOT_NOW),
        (refusal(554, "5.7.1 spam"), Answer.REFUSED),
        (refusal(550, "5.1.1 unknown"), Answer.NOBODY_THERE),
        (aiosmtplib.SMTPServerDisconnected("gone"), Answer.NO_WORD),
        (aiosmtplib.SMTPReadTimeoutError("late"), Answer.NO_WORD),
        (ConnectionResetError(), Answer.NO_WORD),
        (refusal(-1), Answer.NO_WORD),
    ],
)
def test_without_an_answer_to_the_text_nobody_knows(error: Exception, answer: Answer) -> None:
    assert text_answer(error) is answer


def test_what_is_kept_of_a_refusal_names_no_address() -> None:
    assert told_by(refusal(550, "5.1.1 <wang@a.example> unknown")) == "550 5.1.1"
    assert told_by(refusal(451, "try later")) == "451 try later"
