"""The whole product on one machine, in the order in which its parts need each other."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from deploy.local.home import Home
from deploy.local.nats import ANY_PORT, OPERATOR, Nats, start_nats
from deploy.local.postgres import Postgres, start_postgres
from deploy.local.process import DidNotStart
from deploy.local.programs import Program, free_address, run_once
from deploy.local.seal import seal_settings

SERVICES = ("directory", "leads", "pipeline", "contracts", "analytics")
READER = "millrace_reader"


@dataclass
class Stack:
    """PostgreSQL, NATS, the services and the gateway, all kept in one folder.

    `environment` has the last word on what every program is told, for benches and tests; `apart` serves and works in
    two processes a service, as an installation does that has many callers; `say` tells a person what happens.
    """

    home: Home
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)
    apart: bool = False
    say: Callable[[str], None] = print
    postgres: Postgres | None = None
    nats: Nats | None = None
    programs: list[Program] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where people find the product."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start everything and wait until it serves; raises DidNotStart."""
        self.say("Starting PostgreSQL and NATS …")
        self.postgres = start_postgres(self.home.folder / "postgres", log=self.home.log("postgres"))
        self.nats = self._start_nats()
        settings = self._settings(self.postgres, self.nats)
        self.say("Preparing the databases …")
        self._migrate(self.postgres, settings)
        self.say("Starting the services and the gateway …")
        self.programs = self._programs(settings)
        for program in self.programs:
            program.start()
        for program in self.programs:
            program.wait()

    def revive(self) -> None:
        """Start again whatever has crashed since the last look; what does not start is tried at the next one."""
        with self._forgiving():
            if self.postgres is not None and self.postgres.process.poll() is not None:
                self.say("PostgreSQL ended; starting it again.")
                self.postgres = start_postgres(self.home.folder / "postgres", log=self.home.log("postgres"))
        with self._forgiving():
            if self.nats is not None and self.nats.process.poll() is not None:
                self.say("NATS ended; starting it again.")
                self.nats = self._start_nats(self.nats.port)
        for program in self.programs:
            if program.revive():
                self.say(f"{program.name} ended; started again. Its log: {self.home.log(program.name)}")

    @contextmanager
    def _forgiving(self) -> Iterator[None]:
        """One store that does not come back at once takes nothing else down with it."""
        try:
            yield
        except DidNotStart as refusal:
            self.say(str(refusal))

    def stop(self) -> None:
        """Stop everything: the door first, then the services at once, the stores last."""
        for door in self.programs[-1:]:
            door.stop()
        with ThreadPoolExecutor(2 * len(SERVICES)) as pool:
            list(pool.map(Program.stop, self.programs[:-1]))
        if self.nats is not None:
            self.nats.stop()
        if self.postgres is not None:
            self.postgres.stop()

    def settings(self) -> dict[str, str]:
        """What a program must be told to reach this stack."""
        assert self.postgres is not None and self.nats is not None  # noqa: S101, PT018 - called after start
        return self._settings(self.postgres, self.nats)

    def program(self, name: str) -> Program:
        """One of the programs by its name."""
        return next(program for program in self.programs if program.name == name)

    def _settings(self, postgres: Postgres, nats: Nats) -> dict[str, str]:
        databases = {
            f"MILLRACE_{name.upper()}_DATABASE_URL": postgres.url(name, role=_application(name)) for name in SERVICES
        }
        owners = {f"MILLRACE_{name.upper()}_OWNER_DATABASE_URL": postgres.url(name) for name in SERVICES}
        readers = {f"MILLRACE_{name.upper()}_READER": READER for name in SERVICES}
        passwords = {
            f"MILLRACE_{name.upper()}_NATS_PASSWORD_FILE": str(_nats_secret(self.home, name)) for name in SERVICES
        }
        return {
            **databases,
            **owners,
            **readers,
            **passwords,
            "MILLRACE_NATS_URL": nats.url,
            "MILLRACE_SECRET_FILE": str(self.home.secret("secret")),
            "MILLRACE_AUDIT_HEADS": str(self.home.folder / "heads"),
            "MILLRACE_FILES_URL": (self.home.folder / "files").as_uri(),
            "MILLRACE_MAIL_FOLDER": str(self.home.folder / "mail"),
            "MILLRACE_MAIL_SENDER": "Millrace <demo@millrace.example>",
            "MILLRACE_PUBLIC_URL": self.url,
            **seal_settings(self.home),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            **self.environment,
        }

    def _start_nats(self, port: int = ANY_PORT) -> Nats:
        passwords = {name: _nats_secret(self.home, name).read_text() for name in (*SERVICES, OPERATOR)}
        return start_nats(self.home.folder / "nats", port=port, log=self.home.log("nats"), passwords=passwords)

    def _migrate(self, postgres: Postgres, settings: Mapping[str, str]) -> None:
        """Bring the databases to the tables of this code, unless this code has done so: five starts of Python less."""
        code = _fingerprint()
        if self.home.migrated.exists() and self.home.migrated.read_text(encoding="utf-8") == code:
            return
        self._migrate_all(postgres, settings)
        self.home.migrated.write_text(code, encoding="utf-8")

    def _migrate_all(self, postgres: Postgres, settings: Mapping[str, str]) -> None:
        postgres.ensure_role(READER)
        for name in SERVICES:
            postgres.ensure_role(_application(name))
            if not postgres.has_database(name):
                postgres.create_database(name)
        with ThreadPoolExecutor(len(SERVICES)) as pool:
            runs = [
                pool.submit(
                    run_once,
                    f"migrate-{name}",
                    [f"services.{name}", "migrate"],
                    environment=settings,
                    home=self.home,
                )
                for name in SERVICES
            ]
        for run in runs:
            run.result()

    def _programs(self, settings: Mapping[str, str]) -> list[Program]:
        """Addresses are chosen here and stay, so that a program that crashed is found again."""
        door = f"127.0.0.1:{self.port}"
        listen: dict[str, str] = {}
        for name in SERVICES:
            listen[name] = free_address(besides=[door, *listen.values()])
        told = {
            **settings,
            **{f"MILLRACE_{name.upper()}_LISTEN": address for name, address in listen.items()},
            **{f"MILLRACE_{name.upper()}_ADDRESS": address for name, address in listen.items()},
            "MILLRACE_GATEWAY_LISTEN": door,
            "MILLRACE_GATEWAY_DRAIN_SECONDS": "0",  # nobody stands before it
            **self.environment,
        }
        roles = {"": "serve", "-work": "work"} if self.apart else {"": "both"}
        services = [
            Program(name + suffix, f"services.{name}", (role,), told, self.home)
            for name in SERVICES
            for suffix, role in roles.items()
        ]
        return [*services, Program("gateway", "gateway", (), told, self.home)]


def _fingerprint() -> str:
    """A digest of all code that could change a database: whatever was edited, migrating is tried again."""
    root = Path(__file__).parents[2]
    files = (
        file for part in ("chassis", "services") for file in (root / part).rglob("*") if file.suffix in {".py", ".toml"}
    )
    return sha256(b"".join(file.read_bytes() for file in sorted(files))).hexdigest()


def _application(service: str) -> str:
    """The role under which a service works: it owns no table."""
    return f"{service}_app"


def _nats_secret(home: Home, user: str) -> Path:
    """The file of a user's password on NATS."""
    return home.secret(f"nats-{user}")
