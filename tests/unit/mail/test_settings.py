"""Settings of mail: all mistakes at once, and nothing is sent without them."""

import pytest

from chassis.mail.settings import Encryption, MailSettings
from chassis.settings import Environment

SET_UP = {
    "MILLRACE_MAIL_SERVER": "[::1]:2525",
    "MILLRACE_MAIL_SENDER": "渠成 <news@house.example>",
    "MILLRACE_PUBLIC_URL": "https://house.example/",
}


def test_without_settings_nothing_is_sent() -> None:
    env = Environment({})
    assert not MailSettings.read(env).is_set_up
    assert env.problems == []


def test_a_server_is_told_by_host_and_port() -> None:
    env = Environment(SET_UP)
    settings = MailSettings.read(env)
    assert env.problems == []
    assert settings.server == ("::1", 2525)
    assert settings.encryption is Encryption.STARTTLS
    assert (settings.sender_address, settings.public_url) == ("news@house.example", "https://house.example")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MILLRACE_MAIL_SERVER", "mail.house.example"),
        ("MILLRACE_MAIL_SENDER", "news"),
        ("MILLRACE_MAIL_SENDER", "a@b.example\nBcc: c@d.example"),
        ("MILLRACE_PUBLIC_URL", "house.example"),
        ("MILLRACE_MAIL_ENCRYPTION", "ssl"),
    ],
)
def test_what_is_wrong_is_told_by_its_name(name: str, value: str) -> None:
    env = Environment(SET_UP | {name: value})
    MailSettings.read(env)
    assert [problem.partition(" ")[0] for problem in env.problems] == [name]


def test_mails_need_to_come_from_somebody_and_lead_somewhere() -> None:
    env = Environment({"MILLRACE_MAIL_FOLDER": "mails"})
    MailSettings.read(env)
    assert len(env.problems) == 2
