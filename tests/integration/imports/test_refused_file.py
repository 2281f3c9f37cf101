"""The file of refused rows: it loses nothing, and what nobody has mended in it is refused again by its reason."""

import pytest

from chassis.imports.kind import Outcome
from chassis.imports.lifecycle import Import
from chassis.imports.row_reading import Problem
from chassis.texts import Texts
from tests.integration.imports.companies import Installation

TEXTS = Texts()
MALFORMED = "引号后有多余的字符"
WIDER = "单元格比表头多，可能有未加引号的分隔符"


async def take(here: Installation, content: bytes) -> Import:
    record = await here.start(await here.upload(content))
    await here.worker().drain()
    return record


async def refused(here: Installation, record: Import) -> list[tuple[int, str]]:
    rows = await here.rows(record)
    return [(line, problems[0].code) for line, outcome, problems in rows if outcome is Outcome.REFUSED]


async def file_of(here: Installation, record: Import) -> str:
    def word(problem: Problem) -> str:
        return TEXTS.render(problem.code, problem.parameters, "zh")

    return (await here.refused_file(record, word=word)).decode("utf-8-sig").replace("\r\n", "\n")


async def test_a_row_wider_than_the_header_keeps_its_surplus_behind_the_errors(here: Installation) -> None:
    record = await take(here, "公司名称,电话,预算\n夏雨,13800138224,100,=000,x\n".encode())
    file = await file_of(here, record)
    assert file == f"公司名称,电话,预算,行号,错误\n夏雨,13800138224,100,2,{WIDER},'=000,x\n"
    again = await take(here, file.encode())
    assert (await refused(here, again), await here.names()) == ([(2, "ROW_WIDER_THAN_HEADER")], [])
    assert await file_of(here, again) == file
    mended = file.replace("100,2", '"100,000",2').replace(",'=000,x", "")
    assert (await refused(here, await take(here, mended.encode())), await here.names()) == ([], ["夏雨"])


@pytest.mark.parametrize(
    ("row", "first"),
    [
        ('"春雷"科技,13800138223,10万', '"""春雷""科技,13800138223,10万"'),
        ('=cmd(),"1"3,10万', '"\'=cmd(),""1""3,10万"'),
        ('"春雷"科技', '"""春雷""科技"'),
    ],
)
async def test_a_row_with_malformed_quotes_comes_back_whole_in_its_first_cell(
    here: Installation, row: str, first: str
) -> None:
    record = await take(here, f"公司名称,电话,预算\n{row}\n".encode())
    file = await file_of(here, record)
    assert file == f"公司名称,电话,预算,行号,错误\n{first},,,2,{MALFORMED}\n"
    again = await take(here, file.encode())
    assert (await refused(here, again), await here.names()) == ([(2, "ROW_QUOTES_MALFORMED")], [])
    assert await file_of(here, again) == file
    divided = file.replace(f"{first},,", "春雷科技,13800138223,10万")
    assert (await refused(here, await take(here, divided.encode())), await here.names()) == ([], ["春雷科技"])


@pytest.mark.parametrize(
    "mended",
    [
        f'"""春雷""科技",,1,2,{MALFORMED}',
        f"春雷科技,,,2,{MALFORMED}",
        '"""春雷""科技",,,2,',
        '"""春雷""科技",,,2,公司名称: 内容超过 200 个字符',
    ],
    ids=["divided", "without quotes", "errors emptied", "refused for another reason"],
)
async def test_a_row_that_somebody_mended_in_its_first_cell_is_taken_in(here: Installation, mended: str) -> None:
    record = await take(here, f"公司名称,电话,预算,行号,错误\n{mended}\n".encode())
    assert await refused(here, record) == []
    assert len(await here.names()) == 1


async def test_a_list_that_is_no_file_of_refused_rows_may_say_the_same(here: Installation) -> None:
    record = await take(here, f'公司名称,电话,编号,备注\n"""春雷""科技",,2,{MALFORMED}\n'.encode())
    assert (await refused(here, record), await here.names()) == ([], ['"春雷"科技'])
