"""The session of the command line, kept in a file only its owner can read."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

_PRIVATE = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who is signed in, where, and with which tokens."""

    server: str
    access_token: str
    refresh_token: str


def account_path() -> Path:
    """`~/.config/millrace/account.json`, or below XDG_CONFIG_HOME."""
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return folder / "millrace" / "account.json"


def load_account() -> Account | None:
    """The kept session; None when nobody is signed in."""
    try:
        return Account(**orjson.loads(account_path().read_bytes()))
    except (OSError, orjson.JSONDecodeError, TypeError):
        return None


def keep_account(account: Account) -> None:
    """Write the session; the file is made private before anything stands in it."""
    path = account_path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "wb") as file:
        file.write(orjson.dumps(asdict(account)))
    fresh.replace(path)


def forget_account() -> None:
    """Remove the session's file."""
    account_path().unlink(missing_ok=True)
