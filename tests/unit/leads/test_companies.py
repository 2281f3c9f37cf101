"""What a register tells fills what a lead lacks, and warns of companies that are gone (工商信息)."""

import asyncio
import os
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.leads.domain.companies import (
    CompanyCheck,
    CompanyEntry,
    CompanyStatus,
    Finding,
    filled,
    is_asked_for,
    read_status,
    warnings,
    without_fill,
)
from services.leads.domain.erasing import ERASED
from services.leads.domain.facts import NOWHERE, Address
from services.leads.storage.register_file import FileRegister
from tests.unit.leads.builders import NOON, facts

CODE, OTHER_CODE = "91330100MA27XF6R2R", "91110108551385082Q"
ENTRY = CompanyEntry(
    name="杭州云帆科技有限公司",
    credit_code=CODE,
    industry="制造业",
    address=Address(province="浙江省", city="杭州市", line_1="文三路 1 号"),
)
TABLE = f"""企业名称,统一社会信用代码,登记状态,法定代表人,注册资本,成立日期,省份,城市,地址,行业
杭州云帆科技有限公司,{CODE},存续,王芳,1000万元人民币,2015-03-01,浙江省,杭州市,文三路 1 号,制造业
杭州云帆贸易有限公司,,注销,,,,,,,
成都云帆机械有限公司,91330100MA27XF6R20,存续,,,,,,,
杭州同名有限公司,,存续,,,,,,,
杭州同名有限公司,,存续,,,,,,,
"""


def check(entry: CompanyEntry | None = ENTRY, *names: str) -> CompanyCheck:
    return CompanyCheck(lead=UUID(int=9), time=NOON, source="工商库", finding=Finding.FOUND, entry=entry, filled=names)


def codes(told: Any) -> list[str]:
    return [reason.code for reason in told]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("存续（在营、开业、在册）", CompanyStatus.ACTIVE),
        ("注销", CompanyStatus.CANCELLED),
        ("吊销，未注销", CompanyStatus.REVOKED),
        ("吊销，已注销", CompanyStatus.CANCELLED),
        ("迁出", CompanyStatus.MOVED),
        ("歇业", CompanyStatus.SUSPENDED),
        ("revoked", CompanyStatus.REVOKED),
        ("", CompanyStatus.UNKNOWN),
        ("别的", CompanyStatus.UNKNOWN),
    ],
)
def test_a_status_is_read_as_registers_write_it(words: str, status: CompanyStatus) -> None:
    assert read_status(words) is status


def test_only_what_a_lead_lacks_is_filled() -> None:
    lacking, names = filled(facts(), ENTRY)
    assert names == ("credit_code", "industry", "address")
    assert (lacking.credit_code, lacking.industry, lacking.address.city) == (CODE, "manufacturing", "杭州市")
    told = facts(credit_code=OTHER_CODE, industry="retail", address=Address(city="成都市"))
    assert filled(told, ENTRY) == (told, ())


def test_what_the_register_does_not_tell_fills_nothing() -> None:
    told = facts()
    assert filled(told, CompanyEntry(name="杭州云帆科技有限公司")) == (told, ())


kept = st.fixed_dictionaries(
    {
        "credit_code": st.sampled_from(["", CODE, OTHER_CODE]),
        "industry": st.sampled_from(["", "retail", "manufacturing"]),
        "address": st.sampled_from([NOWHERE, Address(city="成都市"), ENTRY.address]),
    }
)


@given(kept)
def test_filling_twice_is_filling_once_and_can_be_told_from_what_people_entered(told: dict[str, Any]) -> None:
    before = facts(**told)
    after, names = filled(before, ENTRY)
    assert filled(after, ENTRY) == (after, ())
    assert without_fill(after, check(ENTRY, *names)) == before


@given(kept, kept)
def test_what_somebody_made_of_a_filled_field_is_his(told: dict[str, Any], changed: dict[str, Any]) -> None:
    after, names = filled(facts(**told), ENTRY)
    present = facts(**changed)
    bare = without_fill(present, check(ENTRY, *names))
    for name in changed:
        same = name in names and getattr(present, name) == getattr(after, name)
        assert getattr(bare, name) == (getattr(facts(), name) if same else getattr(present, name))


def test_a_company_that_is_gone_and_one_of_another_name_is_warned_of() -> None:
    gone = CompanyEntry(name="杭州云帆科技有限公司", status=CompanyStatus.CANCELLED)
    (why,) = warnings(check(gone), facts())
    assert (why.code, why.parameters["status"]) == ("COMPANY_STATUS_WARNING", "cancelled")
    renamed = CompanyEntry(name="杭州远航科技有限公司", status=CompanyStatus.REVOKED)
    assert codes(warnings(check(renamed), facts())) == ["COMPANY_STATUS_WARNING", "COMPANY_NAME_DIFFERS"]
    assert warnings(check(), facts()) == warnings(check(None), facts()) == warnings(None, facts()) == ()


def test_a_name_written_in_full_width_is_no_other_name() -> None:
    entry = CompanyEntry(name="杭州云帆（中国）科技有限公司")
    assert warnings(check(entry), facts(company_name="杭州云帆(中国) 科技有限公司")) == ()


def test_a_lead_is_looked_up_when_its_company_is_told_or_told_otherwise() -> None:
    assert is_asked_for(None, facts())
    assert not is_asked_for(None, facts(company_name="", contact_name="王芳"))
    assert not is_asked_for(facts(), facts(need="两套"))
    assert is_asked_for(facts(), facts(credit_code=CODE))
    assert not is_asked_for(None, facts(contact_name=ERASED))


def register(tmp_path: Path, text: str = TABLE, name: str = "工商库.csv", encoding: str = "gbk") -> FileRegister:
    (tmp_path / name).write_text(text, encoding=encoding)
    return FileRegister(tmp_path / name)


async def test_a_table_is_read_in_its_encoding_and_a_wrong_code_leaves_its_row_out(tmp_path: Path) -> None:
    known = register(tmp_path)
    finding, entry = await known.find(credit_code=CODE, name="")
    assert finding is Finding.FOUND
    assert entry is not None
    assert (entry.legal_representative, entry.capital, entry.address.city) == ("王芳", "1000万元人民币", "杭州市")
    assert (known.source, entry.status) == ("工商库", CompanyStatus.ACTIVE)
    assert (await known.find(credit_code="", name="成都云帆机械有限公司"))[0] is Finding.NOT_FOUND


async def test_a_company_is_found_by_its_whole_name_alone_and_never_guessed(tmp_path: Path) -> None:
    known = register(tmp_path)
    assert (await known.find(credit_code="", name="杭州云帆科技有限公司"))[0] is Finding.FOUND
    assert (await known.find(credit_code="", name="杭州云帆科技"))[0] is Finding.NOT_FOUND
    assert (await known.find(credit_code="", name="杭州同名有限公司"))[0] is Finding.AMBIGUOUS
    assert (await known.find(credit_code=OTHER_CODE, name="杭州云帆科技有限公司"))[0] is Finding.NOT_FOUND


async def test_names_are_completed_by_their_beginning_then_by_what_they_hold(tmp_path: Path) -> None:
    known = register(tmp_path)
    assert [each.name for each in await known.complete("杭州云帆", most=10)] == [
        "杭州云帆科技有限公司",
        "杭州云帆贸易有限公司",
    ]
    assert [each.name for each in await known.complete("云帆科技", most=10)] == ["杭州云帆科技有限公司"]
    assert len(await known.complete("有限公司", most=3)) == 3
    assert list(await known.complete("杭", most=10)) == []


async def test_objects_are_read_as_rows_are(tmp_path: Path) -> None:
    told = orjson.dumps([{"name": "杭州云帆科技有限公司", "credit_code": CODE, "status": "revoked", "x": 1}]).decode()
    known = register(tmp_path, told, "register.json", "utf-8")
    _, entry = await known.find(credit_code=CODE, name="")
    assert entry == CompanyEntry(name="杭州云帆科技有限公司", credit_code=CODE, status=CompanyStatus.REVOKED)


async def test_a_file_that_changed_is_read_again_and_one_that_is_not_there_knows_nothing(tmp_path: Path) -> None:
    known = register(tmp_path)
    before = await known.mark()
    (tmp_path / "工商库.csv").write_text(TABLE.replace("存续,王芳", "注销,王芳"), encoding="utf-8")
    os.utime(tmp_path / "工商库.csv", (1, 1))
    assert await known.mark() != before
    _, entry = await known.find(credit_code=CODE, name="")
    assert entry is not None
    assert entry.status is CompanyStatus.CANCELLED
    nowhere, none = FileRegister(tmp_path / "none.csv"), FileRegister(None)
    for empty in (nowhere, none):
        assert (await empty.mark(), list(await empty.complete("杭州", most=5))) == ("", [])
    found = await asyncio.gather(*(known.find(credit_code=CODE, name="") for _ in range(3)))
    assert len({finding for finding, _ in found}) == 1
