"""Settings are read once, and every mistake is told at once."""

from pathlib import Path

import pytest

from chassis.settings import Environment, ServiceSettings, SettingsWrong

GOOD = {
    "MILLRACE_LEADS_DATABASE_URL": "postgresql+asyncpg://localhost/leads",
    "MILLRACE_NATS_URL": "nats://localhost:4222",
    "MILLRACE_SECRET": "s" * 32,
}


def test_the_defaults_are_loopback_and_shanghai() -> None:
    settings = ServiceSettings.read("leads", GOOD)
    assert (settings.listen, settings.time_zone.key) == ("127.0.0.1:0", "Asia/Shanghai")


def test_every_mistake_is_reported_at_once() -> None:
    told = {"MILLRACE_TIME_ZONE": "Mars/Olympus", "MILLRACE_SECRET": "short", "MILLRACE_STREAM_CHECK_SECONDS": "0"}
    with pytest.raises(SettingsWrong) as wrong:
        ServiceSettings.read("leads", told)
    named = ("MILLRACE_LEADS_DATABASE_URL", "MILLRACE_NATS_URL", "MILLRACE_STREAM_CHECK_SECONDS")
    for word in (*named, "Mars/Olympus", "shorter than 32"):
        assert word in str(wrong.value)


def test_the_settings_of_one_service_are_told_with_those_of_all() -> None:
    def own(env: Environment) -> int:
        return env.whole("MILLRACE_LETTERS", 5, least=1, most=9, means="letters in a row")

    told = {**GOOD, "MILLRACE_LEADS_LISTEN": "9000", "MILLRACE_LETTERS": "0"}
    with pytest.raises(SettingsWrong) as wrong:
        ServiceSettings.read("leads", told, own)
    assert (
        str(wrong.value) == "MILLRACE_LEADS_LISTEN is not host:port: '9000'; MILLRACE_LETTERS is not between 1 and 9: 0"
    )


@pytest.mark.parametrize("number", ["0", "-1", "10", "9999999999999999999999", "2.5", ""])
def test_a_number_outside_its_range_is_a_mistake(number: str) -> None:
    env = Environment({"MILLRACE_LETTERS": number})
    assert env.whole("MILLRACE_LETTERS", 5, least=1, most=9, means="letters in a row") == 5
    assert len(env.problems) == 1


@pytest.mark.parametrize("number", ["1", "9"])
def test_the_ends_of_a_range_belong_to_it(number: str) -> None:
    env = Environment({"MILLRACE_LETTERS": number})
    assert env.whole("MILLRACE_LETTERS", 5, least=1, most=9, means="letters in a row") == int(number)
    assert env.problems == []


@pytest.mark.parametrize("address", ["127.0.0.1:0", "0.0.0.0:65535", "leads.internal:9000", "[::1]:9000"])
def test_one_listens_at_a_host_and_a_port(address: str) -> None:
    env = Environment({"MILLRACE_LEADS_LISTEN": address})
    assert env.address("MILLRACE_LEADS_LISTEN", "", means="where gRPC is served") == address
    assert env.problems == []


@pytest.mark.parametrize(
    "address",
    ["", "9000", "localhost", ":9000", "localhost:", "localhost:http", "localhost:65536", "::1:9000", "http://a:1"],
)
def test_nobody_listens_at_what_is_no_host_and_port(address: str) -> None:
    env = Environment({"MILLRACE_LEADS_LISTEN": address})
    env.address("MILLRACE_LEADS_LISTEN", "127.0.0.1:0", means="where gRPC is served")
    assert env.problems == [f"MILLRACE_LEADS_LISTEN is not host:port: {address!r}"]


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("f" * 40 + "\n")
    values = {key: value for key, value in GOOD.items() if key != "MILLRACE_SECRET"}
    assert ServiceSettings.read("leads", {**values, "MILLRACE_SECRET_FILE": str(secret)}).secret == "f" * 40
