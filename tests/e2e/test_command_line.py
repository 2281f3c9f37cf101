"""`millrace`, as a person types it: start everything, take a Chinese list in, see the leads and that all is well."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.homes import Homes
from tests.support.product import Product

LIST = """公司名称,联系人,职务,手机,邮箱,行业,省份,城市,预算下限
杭州云帆精密制造有限公司,陈思远,采购总监,13800138000,chen@yunfan.example,制造业,浙江,杭州,100000
成都蜀江医疗器械有限公司,李静,总经理,13900139001,lijing@shujiang.example,医疗,四川,成都,200000
杭州云帆精密制造有限公司,陈思远,,138 0013 8000,,制造业,浙江,杭州,
上海浦汇物流有限公司,王伟,经理,13700137002,wangwei@puhui.example,物流,上海,上海,约三十万左右吧
"""
SPOKEN = {"zh": "zh_CN.UTF-8", "en": "en_US.UTF-8"}


@dataclass
class Terminal:
    """A terminal of somebody who is signed in as an administrator."""

    folder: Path
    product: Product

    def run(self, *words: str, language: str = "zh", fails: bool = False, role: str = "administrator") -> str:
        """What the command printed; with `fails` what it said on standard error before it ended with 1.

        Whoever signs in is of the role.
        """
        account = next(account for account in self.product.accounts() if account["role"] == role)
        environment = os.environ | {
            "XDG_CONFIG_HOME": str(self.folder),
            "MILLRACE_SERVER": self.product.url,
            "MILLRACE_PASSWORD": account["password"],
            "LC_ALL": SPOKEN[language],
            "COLUMNS": "160",
        }
        if words == ("sign-in",):
            words = ("sign-in", "--email", account["email"])
        command = [sys.executable, "-m", "gateway.cli", *words]
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=90)
        assert done.returncode == int(fails), done.stdout + done.stderr
        return done.stderr if fails else done.stdout


@pytest.fixture(scope="module")
def product(homes: Homes) -> Iterator[Product]:
    with homes.started_once() as home:
        made = Product(home, command=("gateway.cli", "up")).start()
        yield made
        made.stop()


@pytest.fixture
def terminal(product: Product, tmp_path: Path) -> Terminal:
    made = Terminal(tmp_path, product)
    assert made.run("sign-in").startswith("已登录")
    return made


def test_a_chinese_list_is_taken_in_and_its_wrong_row_comes_back(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_bytes(LIST.encode("gbk"))

    said = terminal.run("import", str(path), "--yes")

    assert "杭州云帆精密制造有限公司" in said
    counts = {cells[1].strip(): cells[2].strip() for line in said.splitlines() if len(cells := line.split("│")) == 4}
    assert (counts["新建"], counts["并入已有线索"], counts["被拒绝"]) == ("2", "1", "1")
    refused = list(csv.reader((tmp_path / "名单.refused.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row[0] for row in refused] == ["公司名称", "上海浦汇物流有限公司"]
    assert "预算下限" in refused[1][-1]

    leads = json.loads(terminal.run("leads", "list", "--json"))
    assert {lead["companyName"] for lead in leads} == {"杭州云帆精密制造有限公司", "成都蜀江医疗器械有限公司"}
    assert all(lead["grade"] != "GRADE_UNSPECIFIED" and lead["gradeReasons"] and lead["owner"] for lead in leads)
    shown = terminal.run("leads", "list")
    assert "成都蜀江医疗器械有限公司" in shown
    assert "members/" not in shown


def test_a_list_is_taken_out_in_the_readers_language(terminal: Terminal, tmp_path: Path) -> None:
    source, path = tmp_path / "一家.csv", tmp_path / "导出.csv"
    source.write_text("公司名称,手机\n无锡锡山机床有限公司,13611112222\n", encoding="utf-8")
    terminal.run("import", str(source), "--yes")
    words = ("--filter", 'company_name = "无锡锡山机床有限公司"', "--column", "company_name", "--column", "state")
    assert str(path) in terminal.run("leads", "export", str(path), *words)
    told = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert told == [["公司名称", "状态"], ["无锡锡山机床有限公司", "新线索"]]
    assert "pdf" in terminal.run("leads", "export", str(tmp_path / "导出.pdf"), fails=True)


def test_a_customer_is_looked_up_among_leads_and_customers_without_the_record(
    terminal: Terminal, tmp_path: Path
) -> None:
    source = tmp_path / "查重.csv"
    source.write_text("公司名称,手机\n徐州云龙起重机有限公司,13611114444\n", encoding="utf-8")
    terminal.run("import", str(source), "--yes")
    (leads, customers) = [line for line in terminal.run("leads", "look-up", "云龙起重机").splitlines() if "│" in line]
    assert "线索" in leads
    assert "未登记" not in leads
    assert "未登记" in customers
    assert "客户" not in terminal.run("leads", "look-up", "--email", "nobody@yunlong.example")
    assert "请恰好按一项查询" in terminal.run("leads", "look-up", fails=True)
    terminal.run("sign-in", role="marketing")
    assert "客户" not in terminal.run("leads", "look-up", "云龙起重机")


def test_many_leads_are_changed_with_a_look_at_those_that_could_not_be(terminal: Terminal, tmp_path: Path) -> None:
    source = tmp_path / "三家.csv"
    rows = "".join(f"常州武进{number}号泵业,1361111333{number}\n" for number in range(3))
    source.write_text(f"公司名称,手机\n{rows}", encoding="utf-8")
    terminal.run("import", str(source), "--yes")
    words = ("leads", "change", "--filter", 'company_name : "常州武进"', "--yes")
    said = terminal.run(*words, "--disqualify", "NO_NEED", "--reason", "已停产")
    assert "已修改" in said
    found = json.loads(terminal.run("leads", "list", "--json", "--filter", "state = LEAD_STATE_DISQUALIFIED"))
    assert {lead["verdict"]["note"] for lead in found} == {"已停产"}
    names = [lead["name"] for lead in found]
    said = terminal.run("leads", "change", *names, "--yes", "--disqualify", "NO_NEED")
    assert "未能修改" in said
    assert "该线索当前为无效" in said
    assert "恰好指定一种修改" in terminal.run(*words, fails=True)


def test_a_list_is_shown_by_a_view_that_is_kept(terminal: Terminal) -> None:
    view = {"displayName": "钢铁", "filter": 'companyName : "钢铁"', "sharing": "LEAD_VIEW_SHARING_ALL"}
    client = terminal.product.client()
    for company in ("马鞍山江东钢铁厂", "合肥蜀山面粉厂"):
        client.post("/v1/leads", json={"companyName": company, "phone": "13911110001"}).raise_for_status()
    client.post("/v1/leadViews", json=view).raise_for_status()
    assert "钢铁" in terminal.run("leads", "views")
    shown = json.loads(terminal.run("leads", "list", "--view", "钢铁", "--json"))
    assert [lead["companyName"] for lead in shown] == ["马鞍山江东钢铁厂"]
    assert "没有名为" in terminal.run("leads", "list", "--view", "煤炭", fails=True)


def test_a_list_with_unknown_headings_is_tried_then_taken_in_later(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_text("标题,号码\n宁波东海港务有限公司,13600136001\n", encoding="utf-8")
    words = ("--yes", "--column", "标题=company_name", "--column", "2=phone")
    said = terminal.run("import", str(path), "--dry-run", *words)
    assert "试运行" in said
    assert "宁波" not in terminal.run("leads", "list", "--json")
    name = terminal.product.client().get("/v1/leadImports?pageSize=1").json()["leadImports"][0]["name"]
    assert "新建" in terminal.run("import", "--resume", name, *words)
    assert "宁波东海港务有限公司" in terminal.run("leads", "list", "--json")


def test_leads_of_one_customer_are_merged_after_a_look_and_made_two_again(terminal: Terminal, tmp_path: Path) -> None:
    path, rows = tmp_path / "两家.csv", ("宁波海曙叉车有限公司,赵一,13611110001", "宁波海曙叉车配件厂,钱二,13611110002")
    path.write_text("\n".join(["公司名称,联系人,手机", *rows]), encoding="utf-8")
    terminal.run("import", str(path), "--yes")
    listed = json.loads(terminal.run("leads", "list", "--filter", 'company_name : "宁波海曙"', "--json"))
    survivor, other = (lead["name"] for lead in sorted(listed, key=lambda lead: lead["phone"]))

    said = terminal.run("leads", "merge", survivor, other, "--choose", f"contact_name={other}", "--yes")
    assert "钱二" in said
    assert "人工指定" in said
    assert f"已合并：{other}" in said
    merge = next(word for word in said.split() if "/merges/" in word)
    gone = terminal.run("leads", "show", other)
    assert survivor in gone
    assert "已合并" in gone
    assert "已完成" in terminal.run("leads", "scan")
    assert terminal.run("leads", "duplicates", "--json").startswith("[")
    assert other in terminal.run("leads", "undo-merge", merge)
    assert "已合并" not in terminal.run("leads", "show", other)
    assert "leads/1" in terminal.run("leads", "merge", survivor, other, "--choose", "leads/1", "--yes", fails=True)


def test_a_lead_is_given_back_and_waits_masked_in_its_pool(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "一家.csv"
    path.write_text("公司名称,联系人,手机\n温州瓯江阀门有限公司,孙三宝,13611110077\n", encoding="utf-8")
    terminal.run("import", str(path), "--yes")
    (lead,) = json.loads(terminal.run("leads", "list", "--filter", 'company_name : "温州瓯江"', "--json"))
    assert "回收" in terminal.run("leads", "show", lead["name"])
    said = terminal.run("leads", "release", lead["name"], "--reason", "今年没有预算")
    assert said.startswith(f"{lead['name']} 已退回")
    pools = json.loads(terminal.run("pools", "list", "--json"))
    pool = next(each for each in pools if each["displayName"] in said)
    assert pool["displayName"] in terminal.run("pools", "list")
    shown = terminal.run("pools", "show", pool["name"])
    assert "136****0077" in shown
    assert "孙三宝" not in shown
    assert "领取范围" in terminal.run("leads", "claim", lead["name"], fails=True)


def test_pools_of_customers_are_listed_and_rules_of_recycling_are_tried_out(terminal: Terminal) -> None:
    assert "公海" in terminal.run("customers", "pools")
    rules = Path(__file__).parents[2] / "services/pipeline/rules/account_recycling.toml"
    assert "等级/阶段" in terminal.run("customers", "rehearse-recycling", str(rules))


def test_a_file_that_is_not_there_is_one_line(terminal: Terminal) -> None:
    assert terminal.run("import", "没有.csv", fails=True).strip() == "没有文件 没有.csv。"


@pytest.mark.parametrize(("language", "word"), [("zh", "正常"), ("en", "answers")])
def test_health_tells_that_every_part_answers(terminal: Terminal, language: str, word: str) -> None:
    assert terminal.run("health", language=language).count(word) == 6


def test_health_of_a_server_that_is_away_fails(terminal: Terminal) -> None:
    said = terminal.run("health", "--server", "http://127.0.0.1:1", language="en", fails=True)
    assert "answers" not in said


@pytest.mark.parametrize(("language", "word"), [("zh", "筛选条件"), ("en", "filter")])
def test_a_refusal_is_one_line_in_the_readers_language(terminal: Terminal, language: str, word: str) -> None:
    said = terminal.run("leads", "list", "--filter", "grade ==", language=language, fails=True)
    assert len(said.splitlines()) == 1
    assert word in said


def test_signed_out_it_says_how_to_sign_in(terminal: Terminal) -> None:
    terminal.run("sign-out")
    assert "millrace sign-in" in terminal.run("leads", "list", fails=True)
