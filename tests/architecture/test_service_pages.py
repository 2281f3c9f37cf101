"""The page of a service is true and fits a screen: its services, what it tells, its tables, its settings."""

import importlib
import math
import pkgutil
import re

import pytest

from chassis.tables import CHASSIS
from deploy.local.stack import SERVICES
from tests.architecture.tree import ROOT

LINES, COLUMNS = 50, 160


def page_of(service: str) -> str:
    return (ROOT / "services" / service / "README.md").read_text(encoding="utf-8")


def words_of(service: str) -> set[str]:
    return set(re.findall(r"[A-Za-z0-9_]+", page_of(service)))


def services_of(package: str) -> set[str]:
    """The gRPC services of a contract."""
    home = importlib.import_module(package)
    modules = [each.name for each in pkgutil.iter_modules(home.__path__) if each.name.endswith("_pb2")]
    contracts = [importlib.import_module(f"{package}.{name}").DESCRIPTOR for name in modules]
    return {name for contract in contracts for name in contract.services_by_name}


@pytest.mark.parametrize("service", SERVICES)
def test_the_page_fits_a_screen(service: str) -> None:
    lines = sum(max(1, math.ceil(len(line) / COLUMNS)) for line in page_of(service).splitlines())
    assert lines <= LINES


@pytest.mark.parametrize("service", SERVICES)
def test_the_page_names_every_service_event_and_table(service: str) -> None:
    definition = importlib.import_module(f"services.{service}.__main__").DEFINITION
    told = {publication.subject.partition(".")[0] for publication in definition.publications.values()}
    tables = {name for name in definition.tables.tables if not name.startswith("known_") or service == "contracts"}
    named = words_of(service)
    copies = {"known_members", "known_teams", "known_regions", "known_roles", "known_calendars"}
    assert services_of(f"millrace.{service}.v1") - named == set()
    assert told - named == set()
    assert tables - set(CHASSIS.tables) - copies - named == set()


@pytest.mark.parametrize("service", SERVICES)
def test_the_page_names_settings_that_exist(service: str) -> None:
    reference = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    known = set(re.findall(r"MILLRACE_[A-Z0-9_<>]+", reference))
    services = "|".join(each.upper() for each in SERVICES)
    named = set(re.findall(r"MILLRACE_[A-Z0-9_]+", page_of(service)))
    assert {each for each in named if {each, re.sub(services, "<SERVICE>", each, count=1)}.isdisjoint(known)} == set()
