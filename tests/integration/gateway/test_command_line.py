"""The command line against a real gateway and the small real server behind it."""

import asyncio
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from millrace.leads.v1 import lead_pb2
from rich.console import Console

from gateway.cli import changing, exporting, importing, listing, showing, viewing
from gateway.cli.account import account_path
from gateway.cli.talk import Refused, Talk, named
from gateway.cli.wording import _texts, plain
from gateway.settings import SERVICES
from kernel.errors import Unauthenticated
from tests.integration.gateway.neighbour import Neighbour
from tests.support.manual import BINDINGS, answer_of

LEAD: dict[str, Any] = {
    "name": "leads/018f0000-0000-7000-8000-000000000001",
    "companyName": "云帆",
    "contactName": "",
    "grade": "GRADE_B",
    "owner": "",
    "intent": None,
    "gradeReasons": [],
    "ownerReasons": [],
}
IMPORT = "leadImports/018f0000-0000-7000-8000-000000000001"


@pytest.fixture
def server(listening: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a gateway that listens; the command line keeps its session below `tmp_path`."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("MILLRACE_SERVER", raising=False)
    return f"http://{listening}"


async def test_the_session_is_kept_for_its_owner_only(server: str, neighbour: Neighbour) -> None:
    name = await asyncio.to_thread(Talk(server).sign_in, "anna@millrace.example", "secret")
    assert name == "安娜"
    assert account_path().stat().st_mode & 0o777 == 0o600
    await asyncio.to_thread(listing.list_leads, Talk(), condition="", order="", count=5)
    assert neighbour.metadata[-1]["authorization"] == "Bearer access-0"


async def test_a_token_goes_only_to_the_server_that_gave_it(server: str, neighbour: Neighbour) -> None:
    await asyncio.to_thread(Talk(server).sign_in, "anna@millrace.example", "secret")
    other = server.replace("127.0.0.1", "localhost")
    await asyncio.to_thread(listing.list_leads, Talk(other), condition="", order="", count=5)
    assert "authorization" not in neighbour.metadata[-1]


async def test_a_session_that_ended_is_renewed_once(server: str, neighbour: Neighbour) -> None:
    talk = Talk(server)
    await asyncio.to_thread(talk.sign_in, "anna@millrace.example", "secret")
    neighbour.refusals = [Unauthenticated()]
    found = await asyncio.to_thread(listing.list_leads, talk, condition="", order="", count=5)
    assert (len(found.leads), found.total, neighbour.renewals) == (1, 1, 1)
    assert json.loads(account_path().read_bytes())["refresh_token"] == "refresh-1"


def hidden(folder: Path) -> list[Path]:
    return list(folder.glob(".*"))


async def test_a_file_is_saved_when_it_is_whole_and_a_session_that_ended_renewed_for_it(
    server: str, neighbour: Neighbour, tmp_path: Path
) -> None:
    talk, file = Talk(server), tmp_path / "leads.csv"
    await asyncio.to_thread(talk.sign_in, "anna@millrace.example", "secret")
    neighbour.refusals = [Unauthenticated()]
    assert await asyncio.to_thread(talk.save, f"/v1/{IMPORT}:downloadFailedRows", file) == 8
    assert (file.read_bytes(), neighbour.renewals) == (b"a,b\n1,2\n", 1)
    neighbour.breaks_off = grpc.StatusCode.UNAVAILABLE
    with pytest.raises(Refused):
        await asyncio.to_thread(talk.save, f"/v1/{IMPORT}:downloadFailedRows", file)
    assert (file.read_bytes(), hidden(tmp_path)) == (b"a,b\n1,2\n", [])


def test_the_name_of_a_file_tells_what_kind_it_becomes(tmp_path: Path) -> None:
    wanted = exporting.wanted_export(tmp_path / "a.XLSX", condition="", order="", columns=["phone"])
    assert (wanted["format"], wanted["fields"]) == ("LEAD_EXPORT_FORMAT_XLSX", ["phone"])
    with pytest.raises(Refused):
        exporting.wanted_export(tmp_path / "a.doc", condition="", order="", columns=[])


def test_many_leads_are_changed_by_exactly_one_thing_and_named_in_one_way() -> None:
    nothing: dict[str, Any] = dict.fromkeys(("assign", "reason", "region", "industry", "disqualify"), "")
    nothing |= {"add_tags": [], "remove_tags": [], "dismiss_duplicates": False}
    assert changing.wanted_action(**nothing | {"add_tags": ["甲"]}) == {"tag": {"add": ["甲"], "remove": []}}
    for wrong in (nothing, nothing | {"industry": "food", "dismiss_duplicates": True}):
        with pytest.raises(Refused):
            changing.wanted_action(**wrong)
    name = LEAD["name"]
    assert changing.meant_leads([name], condition="") == {"leads": {"leads": [{"lead": name}]}}
    for leads, condition in (([], ""), ([name], "grade = GRADE_A")):
        with pytest.raises(Refused):
            changing.meant_leads(leads, condition=condition)


def test_a_view_is_meant_by_what_it_is_called_or_by_its_name_and_by_nothing_two_views_share() -> None:
    views = [{"name": f"leadViews/{number}", "displayName": name} for number, name in enumerate(("甲", "乙", "乙"))]
    for wanted in ("甲", "leadViews/0", "0"):
        assert viewing.chosen_view(views, wanted) is views[0]
    for wanted in ("乙", "丙"):
        with pytest.raises(Refused):
            viewing.chosen_view(views, wanted)


async def test_progress_is_followed_over_the_live_stream(server: str) -> None:
    def states() -> list[int]:
        return [state["progress"]["done"] for state in importing._states(Talk(server), IMPORT)]

    assert await asyncio.to_thread(states) == [1, 2]


async def test_a_server_that_is_away_is_one_line() -> None:
    with pytest.raises(Refused, match=r"http://127\.0\.0\.1:1"):
        await asyncio.to_thread(Talk("http://127.0.0.1:1").ask, "GET", "/v1/leads")


async def test_a_connection_that_says_nothing_is_closed(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.serving.HEAD_SECONDS", 0.1)
    host, port = server.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET / HTTP/1.1\r\nHost: loc")
    assert await asyncio.wait_for(_end_of(reader), 3) == b""
    writer.close()


async def test_a_head_without_end_is_cut_off(server: str) -> None:
    host, port = server.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET / HTTP/1.1\r\n" + b"".join(b"x-%d: %s\r\n" % (i, b"y" * 1000) for i in range(64)))
    assert await asyncio.wait_for(_end_of(reader), 3) == b""
    writer.close()


async def _end_of(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b""


@pytest.fixture
def terminal_in_shanghai(monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    """A wide terminal whose clock is that of Shanghai."""
    with monkeypatch.context() as place:
        place.setenv("TZ", "Asia/Shanghai")
        time.tzset()
        yield Console(file=io.StringIO(), width=160, record=True)
    time.tzset()


def test_a_list_shows_when_each_lead_was_received_by_the_clock_of_the_terminal(terminal_in_shanghai: Console) -> None:
    leads = [{**LEAD, "receivedTime": "2026-03-01T22:30:05.123Z"}, {**LEAD, "receivedTime": None}]
    found = listing.Found(leads=leads, total=2, capped=False)
    listing.print_leads(Talk("http://127.0.0.1:1"), found, terminal_in_shanghai)
    shown = terminal_in_shanghai.export_text()
    assert "2026-03-02 06:30" in shown
    assert shown.count("2026-") == 1


def test_a_narrow_terminal_cuts_nothing_off() -> None:
    reason = "预算 80 万元、决策人在场、三个月内上线，符合甲级线索的全部条件，由华东大区资深销售优先跟进"
    narrow = Console(file=io.StringIO(), width=80, record=True)
    found = listing.Found(leads=[LEAD | {"gradeReasons": [{"text": reason}]}], total=1, capped=False)
    listing.print_leads(Talk("http://127.0.0.1:1"), found, narrow)
    shown = unfolded(narrow.export_text(), column=-1)
    assert LEAD["name"] in shown
    assert reason.replace(" ", "") in shown


def unfolded(table: str, *, column: int) -> str:
    """The text of a column as it was before it was broken into lines."""
    rows = [line.strip("│┃ ").split("│") for line in table.splitlines() if "│" in line]
    return "".join(row[column].replace(" ", "") for row in rows)


def test_one_lead_is_shown_with_its_reasons_and_likely_duplicates() -> None:
    twin = {"lead": "leads/018f0000-0000-7000-8000-000000000002", "score": 0.934, "reasons": [{"text": "电话相同"}]}
    shown = as_shown(LEAD | {"gradeReasons": [{"text": "要求演示"}], "duplicates": [twin], "urgency": "URGENCY_HIGH"})
    told = ["云帆", "要求演示", "nobody", "0.93", "电话相同", "high", str(LEAD["name"]), str(twin["lead"])]
    assert [part for part in told if part not in shown] == []
    assert "Job title" not in shown


def test_nothing_of_a_lead_is_left_out_but_its_versions_and_what_became_of_it() -> None:
    (get,) = (each for each in BINDINGS if each.method.descriptor.name == "GetLead")
    whole = answer_of(get) | {"mergedInto": "leads/1", "merge": "leads/1/merges/2", "pool": "leadPools/3"}
    assert {field.json_name for field in lead_pb2.Lead.DESCRIPTOR.fields} == set(whole)
    left_out = {"etag", "createTime", "updateTime", "gradeOverride", "conversion"}
    labels = {label for label, _ in showing._lines(whole, lambda name: name)}
    told = {"gradeReasons": "grade", "ownerReasons": "owner", "duplicates": "duplicate"} | {
        "companyWarnings": "companyWarning"
    }
    assert {told.get(field, field) for field in whole.keys() - left_out} == labels
    assert as_shown(whole)


@pytest.mark.parametrize(
    ("intent", "told"),
    [
        ({"probability": 0.4213, "reasons": [{"text": "要求演示：+1.20"}]}, ["42.1%", "要求演示：+1.20"]),
        ({"probability": None, "silence": [{"text": "样本不足"}]}, ["—", "样本不足"]),
    ],
)
def test_an_intent_is_shown_with_its_reasons_or_why_there_is_none(intent: dict[str, Any], told: list[str]) -> None:
    shown = as_shown(LEAD | {"intent": intent})
    assert [part for part in told if part not in shown] == []


def test_a_first_response_is_shown_with_its_deadline_and_why(terminal_in_shanghai: Console) -> None:
    told = {"state": "LEAD_RESPONSE_STATE_OVERDUE", "dueTime": "2026-03-02T06:00:00Z", "reasons": [{"text": "60 分钟"}]}
    shown = as_shown(LEAD | {"response": told})
    assert [part for part in ("overdue", "2026-03-02 14:00", "60 分钟") if part not in shown] == []


def as_shown(lead: dict[str, Any]) -> str:
    """The lead as a wide terminal shows it to a reader of English."""
    wide = Console(file=io.StringIO(), width=160, record=True)
    showing.print_lead(lead, lambda name: name, wide)
    return wide.export_text()


@pytest.mark.parametrize(
    "wrong", ["channels/018f0000-0000-7000-8000-000000000002", "leads", "leads?pageSize=1", "../x"]
)
def test_what_names_no_lead_is_one_line(wrong: str) -> None:
    with pytest.raises(Refused, match=r"leads/ID"):
        named("leads", wrong)


def test_a_lead_may_be_named_by_its_id_alone() -> None:
    name = str(LEAD["name"])
    assert named("leads", name.removeprefix("leads/")) == named("leads", name) == name


def test_a_list_shows_an_instant_without_a_local_time_as_it_is(terminal_in_shanghai: Console) -> None:
    leads = [LEAD | {"receivedTime": "9999-12-31T23:30:00Z"}]
    found = listing.Found(leads=leads, total=10_000, capped=True)
    listing.print_leads(Talk("http://127.0.0.1:1"), found, terminal_in_shanghai)
    shown = terminal_in_shanghai.export_text()
    assert "9999-12-31T23:30:00Z" in shown
    assert "1 of more than 10,000" in shown


@pytest.mark.parametrize("wrong", ["127.0.0.1:8080", "localhost", "ftp://127.0.0.1", "http://", "http://a:b"])
def test_an_address_that_is_none_is_one_line(wrong: str) -> None:
    with pytest.raises(Refused, match=r"http://127\.0\.0\.1:8080"):
        Talk(wrong)


def test_health_asks_every_service() -> None:
    assert set(listing.PROBES) == {"gateway", *SERVICES}


SEEN = {
    "columns": [{"column": 1, "header": "标题", "field": ""}, {"column": 2, "header": "电话", "field": "phone"}],
    "fields": [{"field": "company_name", "displayName": "公司名称"}, {"field": "phone", "displayName": "手机"}],
}


@pytest.mark.parametrize("pair", ["标题=company_name", "1=company_name", "标题 = 公司名称"])
def test_a_column_is_chosen_by_heading_or_number(pair: str) -> None:
    chosen = importing.choose_columns(SEEN, [pair])
    assert chosen == [{"column": 1, "field": "company_name"}, {"column": 2, "field": "phone"}]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Line 2, column 3 (手机): wrong", "Line 4: wrong", "wrong"]),
        ("zh", ["第 2 行第 3 列（手机）：wrong", "第 4 行：wrong", "wrong"]),
    ],
)
def test_a_problem_names_the_column_only_where_one_is_meant(
    monkeypatch: pytest.MonkeyPatch, language: str, said: list[str]
) -> None:
    places = [(2, 3, "手机"), (4, 0, ""), (0, 0, "")]
    problems = [
        {"line": line, "column": column, "header": header, "reason": {"text": "wrong"}}
        for line, column, header in places
    ]
    terminal = Console(file=io.StringIO(), width=160, record=True)
    monkeypatch.setattr("gateway.cli.wording.language", lambda: language)
    _texts.cache_clear()
    importing._show({"columns": [], "fields": [], "rows": [], "problems": problems}, terminal)
    _texts.cache_clear()
    assert terminal.export_text().splitlines()[-3:] == said


@pytest.mark.parametrize("pair", ["标题", "没有=phone", "=phone"])
def test_a_column_that_is_none_is_refused(pair: str) -> None:
    with pytest.raises(Refused, match=pair):
        importing.choose_columns(SEEN, [pair])


def test_values_can_neither_style_nor_steer_the_terminal() -> None:
    assert plain("[red]\x1b[2J云帆") == "\\[red] [2J云帆"
