"""The known leads a newcomer is compared with (查重): by their fingerprints alone, until one turns out to matter."""

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.work import Read, UnitOfWork
from services.leads.application.identities import fingerprint_of
from services.leads.application.intake import Newcomer
from services.leads.domain.account_candidates import is_compared
from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import LeadState
from services.leads.domain.resemblance import Candidate
from services.leads.storage.account_candidates import mark_for_accounts
from services.leads.storage.families import NOBODY
from services.leads.storage.identities import write_identity
from services.leads.storage.stock import find_sharing, known_leads
from trade.duplicates import DuplicateRules, from_text, prints_mark


async def candidates(read: Read, searched: Collection[str], rules: DuplicateRules) -> Sequence[Candidate]:
    """The leads that share one of the keys, at most 20, whatever the reader's scope: for the rules, never an answer."""
    return (await candidates_of_many(read, [searched], rules))[0]


async def candidates_of_many(
    read: Read, searched: Sequence[Collection[str]], rules: DuplicateRules
) -> Sequence[Sequence[Candidate]]:
    """The same for each set of keys, in one look."""
    mark = prints_mark(rules)
    sharing = await find_sharing(read, searched)
    read_back = [[(each, from_text(each.prints, mark)) for each in one] for one in sharing]
    anew = await _made_anew(read, {each.lead for one in read_back for each, prints in one if prints is None}, rules)
    return [[Candidate(each.found, prints or anew[each.lead].prints) for each, prints in one] for one in read_back]


async def _made_anew(read: Read, leads: Collection[UUID], rules: DuplicateRules) -> dict[UUID, Candidate]:
    """Of leads written by an older release, or under rules that name other fields, until a round meets them."""
    known = await known_leads(read, leads)
    return {uuid: Candidate(uuid, fingerprint_of(lead.facts, rules)) for uuid, lead in known.items()}


def keep_identity(work: UnitOfWork, lead: Lead, newcomer: Newcomer, *, stands_for: UUID | None = None) -> Lead:
    """Whoever changes who the customer of a lead is, has it found and compared by that from now on.

    While somebody works it, it is compared with the accounts as well, which another service keeps. For a lead that was
    merged away another one is found, which `stands_for` it; one that was taken back is found by nothing, and nobody
    stands for it.
    """
    if lead.state is LeadState.WITHDRAWN:
        return forget_identity(work, lead)
    if is_compared(lead):
        mark_for_accounts(work, lead.uuid)
    write_identity(work, lead, keys=newcomer.match, prints=newcomer.written_prints, stands_for=stands_for)
    return lead


def forget_identity(work: UnitOfWork, lead: Lead) -> Lead:
    """Nobody finds a lead that was taken back, nor is it compared with others."""
    write_identity(work, lead, keys=(), prints="", stands_for=NOBODY)
    return lead
