"""LeadCompanyService on the wire."""

from collections.abc import Mapping
from typing import Any

from millrace.leads.v1 import lead_company_service_pb2 as contract
from millrace.leads.v1 import lead_pb2

from chassis.rpc.call import Call
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import put_instant, uuid_of
from chassis.work import Store
from services.leads.application.company_checking import complete_names, get_company
from services.leads.domain.companies import (
    CompanyCheck,
    CompanyEntry,
    CompanyRegister,
    CompanyStatus,
    Finding,
    warnings,
)
from services.leads.domain.lead import Lead

_OFFERED = 10
_FINDINGS: Mapping[Finding, Any] = {
    finding: contract.LeadCompanyFinding.Value(f"LEAD_COMPANY_FINDING_{finding.name}") for finding in Finding
}
_STATUSES: Mapping[CompanyStatus, Any] = {
    status: contract.CompanyStatus.Value(f"COMPANY_STATUS_{(status.value or 'unspecified').upper()}")
    for status in CompanyStatus
}


class LeadCompanyServicer:
    """Company data (工商信息)."""

    def __init__(self, store: Store, texts: Texts, register: CompanyRegister) -> None:
        self._store = store
        self._texts = texts
        self._register = register

    async def CompleteCompanyNames(
        self, request: contract.CompleteCompanyNamesRequest, _call: Call
    ) -> contract.CompleteCompanyNamesResponse:
        """Offer names."""
        most = request.page_size or _OFFERED
        found = await complete_names(self._register, begun=request.query, most=most)
        return contract.CompleteCompanyNamesResponse(companies=map(_company, found))

    async def GetLeadCompany(self, request: contract.GetLeadCompanyRequest, call: Call) -> contract.LeadCompany:
        """Read what the register told of one."""
        uuid = uuid_of(request.name.removesuffix("/company"))
        lead, check = await self._store.read(call, lambda read: get_company(read, lead=uuid))
        return _message(request.name, lead, check, Wording(self._texts, call.locale))


def _message(name: str, lead: Lead, check: CompanyCheck | None, wording: Wording) -> contract.LeadCompany:
    message = contract.LeadCompany(name=name)
    if check is None:
        return message
    message.finding = _FINDINGS[check.finding]
    message.source = check.source
    put_instant(message.check_time, check.time)
    message.filled_fields.extend(check.filled)
    message.warnings.extend(wording.reasons(warnings(check, lead.facts)))
    if check.entry is not None:
        message.company.CopyFrom(_company(check.entry))
    return message


def _company(entry: CompanyEntry) -> contract.RegisteredCompany:
    where = entry.address
    return contract.RegisteredCompany(
        display_name=entry.name,
        credit_code=entry.credit_code,
        status=_STATUSES[entry.status],
        legal_representative=entry.legal_representative,
        registered_capital=entry.capital,
        found_date=entry.founded,
        industry=entry.industry,
        address=lead_pb2.Address(
            province=where.province, city=where.city, district=where.district, line_1=where.line_1
        ),
    )
