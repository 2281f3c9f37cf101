"""How company data joins the service's parts: the register, who serves it, and who looks leads up."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from google.protobuf.descriptor import ServiceDescriptor
from millrace.leads.v1 import lead_company_service_pb2

from chassis.jobs import Sweep
from chassis.parts import Parts
from chassis.principal import Principal
from chassis.rounds import Rounds
from chassis.settings import Environment
from services.leads.application.company_checking import AT_ONCE, CHECK_COMPANIES, MARK_STOCK, CompanyChecking
from services.leads.application.intake import IntakeDesk
from services.leads.domain.companies import CompanyRegister
from services.leads.rpc.company_servicer import LeadCompanyServicer
from services.leads.storage.register_file import FileRegister


def register_path(env: Environment) -> Path | None:
    """The file of the company register; None where the installation has none."""
    told = env.text(
        "MILLRACE_LEADS_COMPANY_REGISTER",
        "",
        means="the file (CSV or JSON) of a company register that completes names and fills leads; empty for none",
    )
    return Path(told) if told else None


def company_register(parts: Parts) -> CompanyRegister:
    """The register of the installation; another provider takes the place of the file here."""
    made: CompanyRegister = parts.once(
        "company register", lambda: FileRegister(register_path(Environment(parts.settings.other)))
    )
    return made


def company_servicers(parts: Parts) -> Mapping[ServiceDescriptor, object]:
    """Who serves LeadCompanyService."""
    service = lead_company_service_pb2.DESCRIPTOR.services_by_name["LeadCompanyService"]
    return {service: LeadCompanyServicer(parts.store, parts.texts, company_register(parts))}


def company_sweeps(parts: Parts, desk: IntakeDesk, account: Principal) -> Sequence[Sweep]:
    """What looks up those who wait, and marks the stock when the register changed; nothing without a register."""
    if not desk.checks_companies:
        return ()
    store = parts.background_store
    checking = CompanyChecking(company_register(parts), desk, store=store, principal=account)
    marking = Rounds(MARK_STOCK, checking.mark_stock, store=store, principal=account)
    return (
        Sweep(CHECK_COMPANIES, timedelta(seconds=2), checking.sweep, batch=AT_ONCE),
        Sweep(MARK_STOCK, timedelta(seconds=10), marking.sweep),
    )
