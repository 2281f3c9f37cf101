"""Settings from `MILLRACE_…` variables: typed, all mistakes reported at once, secrets also from files."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

NEIGHBOURS = ("directory", "leads", "pipeline", "contracts", "analytics")
_ADDRESS = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+):(?P<port>[0-9]{1,5})")
_LAST_PORT = 65_535


class SettingsWrong(Exception):  # noqa: N818 - read aloud by the operator at start
    """Some variables are missing or wrong; the message lists every one."""


@dataclass(slots=True)
class Environment:
    """Reads variables and gathers what is wrong with them until `check`.

    Every reading says what the variable `means`, in the words of `docs/reference/settings.md`, which is made from it.
    """

    values: Mapping[str, str]
    problems: list[str] = field(default_factory=list)

    def text(self, name: str, default: str | None = None, *, means: str) -> str:
        """The variable, or the content of the file `<name>_FILE` names; a problem when neither and no default."""
        del means
        return self._told(name, default)

    def whole(self, name: str, default: int, *, least: int, most: int, means: str) -> int:
        """A whole number within its range, the ends included."""
        del means
        value = self.values.get(name, str(default))
        try:
            number = int(value)
        except ValueError:
            self.problems.append(f"{name} is not a whole number: {value!r}")
            return default
        if not least <= number <= most:
            self.problems.append(f"{name} is not between {least} and {most}: {number}")
            return default
        return number

    def address(self, name: str, default: str, *, means: str) -> str:
        """Where to listen: `host:port`, an IPv6 host in brackets; port 0 is a free one."""
        del means
        value = self._told(name, default)
        found = _ADDRESS.fullmatch(value)
        if found is None or int(found["port"]) > _LAST_PORT:
            self.problems.append(f"{name} is not host:port: {value!r}")
        return value

    def zone(self, name: str, default: str, *, means: str) -> ZoneInfo:
        """A time zone of the IANA database."""
        del means
        value = self.values.get(name, default)
        try:
            return ZoneInfo(value)
        except (KeyError, ValueError):
            self.problems.append(f"{name} is not a time zone: {value!r}")
            return ZoneInfo(default)

    def check(self) -> None:
        """Raise SettingsWrong with every problem found so far."""
        if self.problems:
            raise SettingsWrong("; ".join(self.problems))

    def _told(self, name: str, default: str | None) -> str:
        if name in self.values:
            return self.values[name]
        path = self.values.get(f"{name}_FILE")
        if path is not None:
            return self._file(name, path)
        if default is None:
            self.problems.append(f"{name} is not set")
            return ""
        return default

    def _file(self, name: str, path: str) -> str:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            self.problems.append(f"{name}_FILE cannot be read: {error}")
            return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """What a service process needs to run."""

    service: str
    database_url: str
    nats_url: str
    nats_password: str = ""
    listen: str
    debug_listen: str
    secret: str
    time_zone: ZoneInfo
    addresses: Mapping[str, str]
    ready_file: str
    audit_heads: str
    files_url: str = ""
    stream_check_seconds: int = 30
    other: Mapping[str, str]

    @classmethod
    def read(
        cls, service: str, values: Mapping[str, str], own: Callable[[Environment], object] | None = None
    ) -> "ServiceSettings":
        """Read the settings of one service, and look at those that are its `own`; raises SettingsWrong."""
        env = Environment(values)
        name = service.upper()
        settings = cls(
            service=service,
            database_url=env.text(f"MILLRACE_{name}_DATABASE_URL", means="the service's own PostgreSQL database"),
            nats_url=env.text("MILLRACE_NATS_URL", means="the NATS server or cluster"),
            nats_password=env.text(
                f"MILLRACE_{name}_NATS_PASSWORD",
                "",
                means="its password on NATS, where it is a user of its own",
            ),
            listen=env.address(
                f"MILLRACE_{name}_LISTEN", "127.0.0.1:0", means="where gRPC is served; port 0 is a free one"
            ),
            debug_listen=env.address(
                f"MILLRACE_{name}_DEBUG_LISTEN",
                "127.0.0.1:0",
                means="where `/healthz`, `/readyz`, `/metrics` are served",
            ),
            secret=_secret(env),
            time_zone=env.zone("MILLRACE_TIME_ZONE", "Asia/Shanghai", means="the zone of business dates"),
            addresses=_addresses(env),
            ready_file=env.text(
                "MILLRACE_READY_FILE", "", means="the file that tells the process' addresses once it is ready"
            ),
            audit_heads=env.text(
                "MILLRACE_AUDIT_HEADS", "", means="the folder outside the database for the audit log's signed heads"
            ),
            files_url=env.text(
                "MILLRACE_FILES_URL",
                "file:///var/lib/millrace/files",
                means="where uploaded files are kept: a folder by `file://`, or `s3://`, `gs://`, `az://`",
            ),
            stream_check_seconds=env.whole(
                "MILLRACE_STREAM_CHECK_SECONDS",
                30,
                least=1,
                most=3600,
                means="how often a service sees that its stream still holds what it published, and fills it again",
            ),
            other=values,
        )
        if own is not None:
            own(env)
        env.check()
        return settings


def _secret(env: Environment) -> str:
    secret = env.text("MILLRACE_SECRET", means="the installation's secret, 32 characters at least, the same everywhere")
    if secret and len(secret) < 32:  # noqa: PLR2004 - 256 bits as hex or base64
        env.problems.append("MILLRACE_SECRET is shorter than 32 characters")
    return secret


def _addresses(env: Environment) -> dict[str, str]:
    """The neighbours' addresses; a service without an address is not asked."""
    told = {
        name: env.text(f"MILLRACE_{name.upper()}_ADDRESS", "", means="where the service is reached by its neighbours")
        for name in NEIGHBOURS
    }
    return {name: address for name, address in told.items() if address}
