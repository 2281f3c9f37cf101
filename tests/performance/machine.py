"""How quick the machine itself is: raw PostgreSQL, as it was measured beside the systems we are held against."""

import re
import subprocess
import tempfile

from deploy.local.postgres import OWNER, Postgres, program
from tests.performance.driving import CLIENTS
from tests.performance.figures import Figure

# The same work on the machine of the comparison, a second.
THEIR_WRITES, THEIR_READS = 5_150, 66_700
SECONDS = 5
TABLES = """
create table machine_lead (id bigint generated always as identity primary key, company text, phone text, mail text,
  created timestamptz default now());
create index on machine_lead (company); create index on machine_lead (phone); create index on machine_lead (mail);
create table machine_outbox (id bigint generated always as identity primary key, event uuid unique, payload bytea);
insert into machine_lead (company, phone, mail)
  select 'company ' || n, '+86138' || n, 'w' || n || '@example.com' from generate_series(1, 100000) n;
"""
# The mail is looked for, the lead and its event are stored.
WRITE = """
\\set n random(1, 1000000000)
begin;
select id from machine_lead where mail = 'w' || :n || '@example.com';
insert into machine_lead (company, phone, mail) values ('company ' || :n, '+86138' || :n, 'w' || :n || '@example.com');
insert into machine_outbox (event, payload) values (gen_random_uuid(), decode(repeat('78', 700), 'hex'));
end;
"""
READ = """
\\set n random(1, 100000)
select * from machine_lead where id = :n;
"""


def measure_machine(postgres: Postgres) -> Figure:
    """machine: raw transactions a second; its ratio is what absolute milliseconds are to be read by."""
    postgres.create_database("machine")
    postgres.execute(TABLES, database="machine")
    postgres.execute("vacuum analyze", database="machine")
    writes, reads = _rate(postgres, WRITE), _rate(postgres, READ)
    postgres.drop_database("machine")
    beside = {"by_key": reads, "by_key_ratio": reads / THEIR_READS}
    return Figure("machine", writes, "tx/s", ratio=writes / THEIR_WRITES, beside=beside)


def _rate(postgres: Postgres, script: str) -> float:
    """Transactions a second of a script, by PostgreSQL's own bench."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        how = ["-n", "-M", "prepared", "-c", str(CLIENTS), "-T", str(SECONDS), "-f", file.name]
        where = ["-h", str(postgres.sockets), "-U", OWNER, "machine"]
        done = subprocess.run([program("pgbench"), *how, *where], check=True, capture_output=True, text=True)
    return rate_told(done.stdout)


def rate_told(said: str) -> float:
    """The rate in the words of pgbench, connecting left out."""
    found = re.search(r"^tps = ([\d.]+) ", said, re.MULTILINE)
    assert found, f"no rate in {said}"
    return float(found[1])
