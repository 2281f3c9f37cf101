"""Settings of the gateway process."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from chassis.settings import Environment

_MOST = 1_000_000
_MOST_DRAINED = 300
SERVICES = ("directory", "leads", "pipeline", "contracts", "analytics")


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """What the gateway needs to run; rates are requests a second; 0 is no limit."""

    listen: str
    debug_listen: str
    addresses: Mapping[str, str]
    secret: str
    ready_file: str
    drain_seconds: int
    time_zone: ZoneInfo
    trusted_hosts: frozenset[str]
    trusted_proxies: str
    allowed_origins: tuple[str, ...]
    rate_per_address: int
    rate_per_session: int
    rate_of_public_writes: int
    streams_per_address: int
    streams_per_session: int

    @classmethod
    def read(cls, values: Mapping[str, str]) -> "GatewaySettings":
        """Read the settings; raises SettingsWrong with every mistake."""
        env = Environment(values)
        settings = cls(
            listen=env.address(
                "MILLRACE_GATEWAY_LISTEN", "127.0.0.1:8080", means="where people and programs are served over HTTP"
            ),
            debug_listen=env.address(
                "MILLRACE_GATEWAY_DEBUG_LISTEN",
                "127.0.0.1:0",
                means="where `/healthz`, `/readyz`, `/metrics` are served",
            ),
            addresses={
                name: env.text(f"MILLRACE_{name.upper()}_ADDRESS", means="where the service is reached")
                for name in SERVICES
            },
            secret=env.text("MILLRACE_SECRET", means="the installation's secret, the same everywhere"),
            time_zone=env.zone("MILLRACE_TIME_ZONE", "Asia/Shanghai", means="the zone of business dates"),
            ready_file=env.text(
                "MILLRACE_READY_FILE", "", means="the file that tells the process' addresses once it is ready"
            ),
            drain_seconds=env.whole(
                "MILLRACE_GATEWAY_DRAIN_SECONDS",
                5,
                least=0,
                most=_MOST_DRAINED,
                means="how many seconds it still answers, not ready any more, before it stops",
            ),
            trusted_hosts=frozenset(
                _listed(
                    env.text(
                        "MILLRACE_GATEWAY_TRUSTED_HOSTS", "localhost,127.0.0.1,[::1]", means="the hosts people may name"
                    )
                )
            ),
            trusted_proxies=env.text(
                "MILLRACE_GATEWAY_TRUSTED_PROXIES",
                "127.0.0.1",
                means="the proxies whose word on the caller's address counts",
            ),
            allowed_origins=_listed(
                env.text("MILLRACE_GATEWAY_ALLOWED_ORIGINS", "", means="other pages that may call with the session")
            ),
            **_limits(env),
        )
        env.check()
        return settings


def _limits(env: Environment) -> dict[str, int]:
    """What one client may take of what all share."""
    streams = "uploads, downloads and live views at once"
    return {
        "rate_per_address": env.whole(
            "MILLRACE_GATEWAY_RATE_PER_ADDRESS",
            1000,
            least=0,
            most=_MOST,
            means="requests a second from one address; 0 for no limit",
        ),
        "rate_per_session": env.whole(
            "MILLRACE_GATEWAY_RATE_PER_SESSION",
            500,
            least=0,
            most=_MOST,
            means="requests a second of one session; 0 for no limit",
        ),
        "rate_of_public_writes": env.whole(
            "MILLRACE_GATEWAY_RATE_OF_PUBLIC_WRITES",
            5,
            least=0,
            most=_MOST,
            means="public forms a second from one address; 0 for no limit",
        ),
        "streams_per_address": env.whole(
            "MILLRACE_GATEWAY_STREAMS_PER_ADDRESS",
            100,
            least=0,
            most=_MOST,
            means=f"{streams} from one address; 0 for no limit",
        ),
        "streams_per_session": env.whole(
            "MILLRACE_GATEWAY_STREAMS_PER_SESSION",
            20,
            least=0,
            most=_MOST,
            means=f"{streams} of one session; 0 for no limit",
        ),
    }


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
