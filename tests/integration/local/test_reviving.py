"""The runner starts again what crashed, and goes on when a store does not come back at the first try."""

from pathlib import Path

from deploy.local.home import Home
from deploy.local.postgres import start_postgres
from deploy.local.stack import Stack

BROKEN = "\nno_such_setting_of_postgresql = on\n"


def test_a_store_that_does_not_come_back_at_once_is_tried_again_at_the_next_look(servers_folder: Path) -> None:
    said: list[str] = []
    home = Home.open(servers_folder / "revived")
    stack = Stack(home, port=0, say=said.append)
    stack.postgres = start_postgres(home.folder / "postgres", durable=False)
    settings = home.folder / "postgres" / "data" / "postgresql.conf"
    sound = settings.read_text()
    settings.write_text(sound + BROKEN)
    stack.postgres.kill()

    stack.revive()
    assert "no_such_setting_of_postgresql" in said[-1]
    settings.write_text(sound)
    stack.revive()

    try:
        assert stack.postgres.execute("select 1") == "1"
    finally:
        stack.stop()
