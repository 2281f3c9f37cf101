"""What a company register says of a lead's company, and what of the lead comes from there."""

from collections.abc import Iterator

from services.leads.domain.companies import CompanyCheck, Finding, warnings
from services.leads.domain.explanation import Chapter, Stage, Subject
from services.leads.domain.lead import Lead
from trade.reasons import Reason


def explain_company(lead: Lead, check: CompanyCheck) -> Chapter:
    """Whether the register knows a lead's company, what it warns of, and which fields it filled."""
    told = {"source": check.source}
    if check.entry is not None:
        told |= {"name": check.entry.name, "status": check.entry.status.value}
    return Chapter(
        subject=Subject.COMPANY,
        conclusion=Reason(f"EXPLAINED_COMPANY_{check.finding.name}", told),
        reasons=warnings(check, lead.facts),
        stages=tuple(_stages(check)),
    )


def _stages(check: CompanyCheck) -> Iterator[Stage]:
    if check.finding is Finding.FOUND and check.filled:
        told = {"fields": ", ".join(check.filled), "source": check.source}
        yield Stage(told=Reason("EXPLAINED_COMPANY_FILLED", told), time=check.time)
