"""The example ERP client against the real product: it misses no receivable and books no receipt twice (C-10, G18)."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.local.stack import Stack
from tests.architecture.tree import ROOT
from tests.faults.breaking import break_something, mend
from tests.faults.load import rows, signed_in
from tests.support.waiting import eventually

CLIENT = ROOT / "docs" / "how-to" / "erp_client.py"
SCOPES = ["contracts.finance", "contracts.see_money"]
# Receivables as a signature leaves them.
OWED = """
insert into instalments (uuid, version, contract, opportunity, account, sequence, part, display_name_zh,
    display_name_en, due_date, currency, amount_minor, paid_minor, written_off_minor, open_minor, cancelled, comment,
    create_time, update_time)
select gen_random_uuid(), 1, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, 'advance', '预付款', 'Advance',
    date '2026-03-09', 'CNY', n * 100, 0, 0, n * 100, false, '', now(), now() from generate_series(1, {}) n
"""
CHANGED = "update instalments set amount_minor = amount_minor + 100, open_minor = open_minor + 100"


@dataclass
class Erp:
    """The client with its store."""

    environment: dict[str, str]
    store: Path

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(CLIENT), "follow"]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL)

    def run(self, *arguments: str) -> list[str]:
        command = [sys.executable, str(CLIENT), *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def kept(self) -> set[tuple[Any, ...]]:
        if not self.store.exists():
            return set()
        with closing(sqlite3.connect(self.store)) as store:
            begun = store.execute("select 1 from sqlite_master where name = 'receivables'").fetchone()
            return set(store.execute("select name, owed from receivables")) if begun else set()


async def connected(stack: Stack, folder: Path) -> Erp:
    client = await signed_in(stack, stack.url)
    try:
        answer = await client.post("/v1/apiClients", json={"displayName": "用友", "scopes": SCOPES})
    finally:
        await client.aclose()
    assert answer.status_code == 200, answer.text
    made = answer.json()
    store = folder / "erp.sqlite"
    told = {
        "ERP_CLIENT_ID": made["name"],
        "ERP_CLIENT_SECRET": made["secret"],
        "ERP_DIRECTORY": stack.program("directory").addresses()["rpc"],
        "ERP_CONTRACTS": stack.program("contracts").addresses()["rpc"],
        "ERP_STORE": str(store),
    }
    return Erp(os.environ | told, store)


async def owed(stack: Stack) -> set[tuple[Any, ...]]:
    found = await rows(stack, "contracts", "select uuid, open_minor from instalments")
    return {(f"instalments/{uuid}", f"{minor // 100} CNY") for uuid, minor in found}


@pytest.mark.timeout(300)
async def test_an_erp_misses_no_receivable_though_both_sides_are_killed(stack: Stack, tmp_path: Path) -> None:
    erp = await connected(stack, tmp_path)
    await rows(stack, "contracts", OWED.format(700))
    client = erp.start()
    try:
        await eventually(lambda: some(erp), within=30)
        client.kill()
        client.wait()
        await rows(stack, "contracts", OWED.format(20))
        client = erp.start()
        await asyncio.to_thread(break_something, stack, "contracts")
        await rows(stack, "contracts", CHANGED)
        await asyncio.to_thread(mend, stack)
        await rows(stack, "contracts", OWED.format(20))
        await eventually(lambda: same(stack, erp), within=60, every=0.2)
    finally:
        client.kill()
        client.wait()
    assert len(erp.kept()) == 740


async def some(erp: Erp) -> None:
    assert erp.kept()


async def same(stack: Stack, erp: Erp) -> None:
    assert erp.kept() == await owed(stack)


@pytest.mark.timeout(300)
async def test_an_erp_books_a_statement_once_and_is_told_every_difference(stack: Stack, tmp_path: Path) -> None:
    erp = await connected(stack, tmp_path)
    bank = tmp_path / "bank.csv"
    bank.write_text(
        "reference,date,amount,currency,payer\n"
        "ICBC-1,2026-03-02,3703.70,CNY,杭州云帆科技有限公司\n"
        "ICBC-2,2026-03-03,100,CNY,宁波港务设备有限公司\n",
        encoding="utf-8",
    )
    assert [line.strip() for line in erp.run("book", str(bank))] == ["ICBC-1 BOOKED", "ICBC-2 BOOKED"]
    more = bank.read_text(encoding="utf-8") + "ICBC-3,2026-03-03,7.5,CNY,张伟\n"
    bank.write_text(more.replace("ICBC-2,2026-03-03,100", "ICBC-2,2026-03-03,101"), encoding="utf-8")
    assert erp.run("reconcile", str(bank), "2026-03-01", "2026-03-31") == [
        "agreed 1",
        "ICBC-2 AMOUNT bank 101 CNY books 100 CNY",
        "ICBC-3 MISSING_HERE bank 7.5 CNY books 0",
    ]
    again = [line.split()[:2] for line in erp.run("book", str(bank))]
    assert again == [["ICBC-1", "KNOWN"], ["ICBC-2", "REFUSED"], ["ICBC-3", "BOOKED"]]
    assert await rows(stack, "contracts", "select count(*), sum(amount_minor)::bigint from receipts") == [(3, 381_120)]
