"""Settings are read once, and every mistake is told at once."""

from pathlib import Path

import pytest

from chassis.settings import ServiceSettings, SettingsWrong

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


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("f" * 40 + "\n")
    values = {key: value for key, value in GOOD.items() if key != "MILLRACE_SECRET"}
    assert ServiceSettings.read("leads", {**values, "MILLRACE_SECRET_FILE": str(secret)}).secret == "f" * 40
