"""Erasing the people in a contract (删除个人信息); what was agreed upon, and the sealed paper, stay."""

from dataclasses import replace
from datetime import datetime

from kernel.events import Change
from services.contracts.domain.contract import Contract
from services.contracts.domain.contract_happenings import ContractPersonErased

# Stands where the name of a person stood.
ERASED = "***"


def erase_signatory(contract: Contract, *, buyer: bool, now: datetime) -> Change[Contract]:
    """Forget the people in it: what was filled in and said, with `buyer` also his name; nothing left is no event.

    What legal approved keeps its digest: a contract that is not signed no longer is that, and never will be.
    """
    told = contract.terms
    erased = ERASED if buyer else told.buyer
    terms = replace(told, buyer=erased, variables=dict.fromkeys(told.variables, ERASED))
    after = replace(contract, terms=terms, comment="")
    if after == contract:
        return Change(contract, ())
    return Change(replace(after, update_time=now), (ContractPersonErased(),))
