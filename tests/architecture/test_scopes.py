"""A scoped table is read through `chassis.scope`, or for a reason that stands here."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.tree import ROOT, parsed

# The scoped tables of each service: the name in Python, and in SQL written by hand.
SCOPED = {
    "analytics": (("TARGETS", "targets"), ("figures", "pipeline_figures")),
    "leads": (
        ("LEADS", "leads"),
        ("FOLLOW_UPS", "lead_follow_ups"),
        ("RECYCLING_NOTICES", "lead_recycling_notices"),
        ("RESPONSE_NOTICES", "lead_response_notices"),
        ("LEAD_NURTURINGS", "lead_nurturings"),
        ("NURTURING_MAILS", "nurturing_mails"),
    ),
    "contracts": (
        ("CONTRACTS", "contracts"),
        ("INSTALMENTS", "instalments"),
        ("KNOWN_OPPORTUNITIES", "known_opportunities"),
        ("QUOTES", "quotes"),
        ("RECEIPTS", "receipts"),
    ),
    "pipeline": (
        ("ACCOUNTS", "accounts"),
        ("CARE_RECORDS", "care_records"),
        ("COLLISION_CASES", "collision_cases"),
        ("COLLISION_SIDES", "collision_sides"),
        ("CONTACTS", "contacts"),
        ("OCCASIONS", "occasions"),
        ("OPPORTUNITIES", "opportunities"),
        ("BOARD_ENTRIES", "board_entries"),
        ("OPPORTUNITY_CONFLICTS", "opportunity_conflicts"),
        ("REGISTRATIONS", "registrations"),
    ),
}
THROUGH_SCOPE = re.compile(r"\b(scope|visible)\(")
# What reads without a scope answers no caller: it decides, or it is narrowed by whoever uses it.
WITHOUT = {
    "analytics/projections.py:_addition": "adds to the sums, and answers no caller",
    "contracts/concessions.py:_conceded": "decides the authority over a discount, whoever gave those before it",
    "contracts/contracts.py:begun_contracts": "the service's own account goes over what begins",
    "contracts/contracts.py:contract_by_itself": "follows from a fact, and answers no caller",
    "contracts/contracts.py:contract_of_quote": "a quote has one contract whoever sees it; callers are told its name",
    "contracts/contracts.py:contracts_of_opportunity": "decides whether a draft is needed, and answers no caller",
    "contracts/contracts.py:contracts_of_account": "a person is erased from all of them; answers no caller",
    "contracts/contracts.py:ended_contracts": "the service's own account goes over what ended",
    "contracts/contracts.py:lock_contracts": "what is paid of them follows from the ledger; answers no caller",
    "contracts/contracts.py:unsigned_of_quotes": "it follows what becomes of its quote, and answers no caller",
    "contracts/instalments.py:instalments_of_contract": "the plan of a contract the caller was let at",
    "contracts/instalments.py:instalments_of_contracts": "the plans of contracts that are held to be paid",
    "contracts/receivables.py:numbering": "only whether numbers are this cluster's; no row leaves it",
    "contracts/receipts.py:_OF_REFERENCE": "a booking is told what is booked under its reference",
    "contracts/receipts.py:_OF_REFERENCES": "a booking is told what is booked under its reference",
    "contracts/receipts.py:list_unclaimed": "what is nobody's yet is shown to everybody who may claim it",
    "contracts/receipts.py:lock_paid_bills": "the service's own account goes over the bills that are due",
    "contracts/receipts.py:lock_receipts_of_contract": "they follow what becomes of their contract",
    "contracts/receipts.py:lock_receipts_of_account": "a person is erased from all of them; answers no caller",
    "contracts/receipts.py:lock_unidentified": "what is nobody's yet may be claimed by everybody",
    "contracts/known_opportunities.py:_LOST": "whether anything may be made for it; no row leaves it",
    "contracts/quotes.py:approved_quotes": "decides what a contract is drafted from, and answers no caller",
    "contracts/quotes.py:outlived_quotes": "the service's own account goes over what no longer holds",
    "contracts/quotes.py:_ITSELF": "follows from a fact, and answers no caller",
    "contracts/quotes.py:versions_of": "a contract follows its quote whoever revised it; answers no caller",
    "contracts/quotes.py:quotes_of_account": "a person is erased from all of them; answers no caller",
    "contracts/quotes.py:quotes_of_opportunity": "they follow what becomes of their opportunity",
    "leads/duplicate_pairs.py:(_NEWER, _KNOWN)": "names only; `_seen` narrows both",
    "leads/due_leads.py:_due": "the service's own account goes over what is due",
    "leads/duplicate_scans.py:count_standing": "how many leads there are, for whoever administers them all",
    "leads/families.py:FAMILY": "what belongs to a lead the caller was let at; ids alone",
    "leads/identities.py:_REWRITE": "the service's own account goes over the whole stock",
    "leads/import_undoing.py:_EVIDENCE": "whether a lead was worked, for whoever undoes its import; no row leaves it",
    "leads/intent_history.py:_LIVES": "the service's own account learns from them; no row leaves it",
    "leads/stock.py:_KNOWN": "duplicates are found whatever the caller sees; the answer is narrowed",
    "leads/lead_listing.py:_BRIEF": "columns only; `_brief` narrows it",
    "leads/follow_ups.py:follow_ups_of": "those of a lead the caller was let at",
    "leads/follow_ups.py:newest_follow_ups": "those of a lead that is handed on with them",
    "leads/pooled_leads.py:holding_of": "counts how many leads a member holds whom one is to go to; no row leaves it",
    "leads/recycling_rehearsal.py:_ALIKE": "counts only, for whoever edits the rules",
    "leads/nurturing_exits.py:_FOLLOWED": "whether somebody works them by hand; no row leaves it",
    "leads/nurturing_mails.py:_STEPS": "counts only, whoever's leads they went to",
    "leads/nurturing_mails.py:count_outcomes": "counts only, whoever's leads they are",
    "leads/nurturing_mails.py:step_mail_by_itself": "for whoever bears its sealed token; no row leaves it",
    "leads/nurturing_segments.py:_entered": "whether an address is in a programme already; no row leaves it",
    "leads/nurturing_segments.py:_of_segment": "the service's own account lets them enter; callers are told counts",
    "leads/nurturing_segments.py:in_segment": "which of them belong to a segment, for the service's own account",
    "leads/nurturings.py:_DUE": "the service's own account goes over what is due",
    "leads/nurturings.py:active_of": "an address is unsubscribed whichever leads it stands in",
    "leads/nurturings.py:nurturing_by_itself": "decides whether a mail is still to go, and answers no caller",
    "leads/nurturings.py:_OVER": "the service's own account ends what is over",
    "leads/response_rehearsal.py:_UNANSWERED": "counts only, for whoever edits the rules",
    "leads/rounds.py:next_leads": "the service's own account goes over the whole stock",
    "leads/account_candidates.py:_CANDIDATES": "`_seen` narrows it to the leads the reader sees",
    "pipeline/account_finding.py:_people": "duplicates are found whatever the caller sees; the answer is narrowed",
    "pipeline/account_finding.py:find_known": "duplicates are found whatever the caller sees; the answer is narrowed",
    "pipeline/account_likenesses.py:_WON": "who is a customer, for the service's own round; no row leaves it",
    "pipeline/account_likenesses.py:_WON_LAST": "whom the service's own round compares with; names are narrowed",
    "pipeline/account_likenesses.py:next_accounts": "the service's own account goes over all of them",
    "pipeline/account_matches.py:_KNOWN": "as find_known, of many customers at once",
    "pipeline/account_matches.py:_PEOPLE": "as find_known, of many customers at once",
    "pipeline/account_matches.py:_SHARING": "as find_known, of many customers at once",
    "pipeline/cross_selling.py:_BOUGHT": "numbers of customers, and whom the service's own round compares with",
    "pipeline/account_phases.py:_OPEN_BUSINESS": "tells that something is open with an account the caller archives",
    "pipeline/account_phases.py:_STATES": "states only, of accounts the caller sees",
    "pipeline/account_happenings.py:_HAPPENED": "what clocks follow from, whoever worked it; of it only dates are told",
    "pipeline/account_people.py:_KNOWN": "whether somebody decides or can be reached, of accounts the caller sees",
    "pipeline/account_profiles.py:_HELD": "the service's own account goes over what is due",
    "pipeline/account_ratings.py:_potential": "sums by which the service's own account rates what is due",
    "pipeline/accounts.py:_ABOVE": "tells whether a circle closes, and nothing else",
    "pipeline/accounts.py:_seen_with_surroundings": "states, and whether there are people; `_seen` narrows the account",
    "pipeline/accounts.py:account_by_itself": "follows from a fact, and answers no caller",
    "pipeline/care_records.py:given": "what a person was given by whomever is his limit; a sum only",
    "pipeline/collision_cases.py:_SIDES": "names only; whatever uses them narrows it, or decides",
    "pipeline/collision_cases.py:_both": "columns and joins only; whatever uses it narrows it, or decides",
    "pipeline/collision_facts.py:_opportunities_of": "facts of a case whoever asks: its sides narrow what is shown",
    "pipeline/collision_facts.py:registrations_of": "facts of a case whoever asks: its sides narrow what is shown",
    "pipeline/collision_words.py:forget_words": "a person is erased wherever he stands; callers are told nothing of it",
    "pipeline/contacts.py:acquaintance_with": "counts for the event of a closing, and answers no caller",
    "pipeline/contacts.py:people_of": "they follow what becomes of their account",
    "pipeline/erasing.py:care_records_of": "a person is erased wherever he stands; callers are told nothing of it",
    "pipeline/erasing.py:contact_by_itself": "follows from an event, and answers no caller",
    "pipeline/erasing.py:occasions_of": "a person is erased wherever he stands; callers are told nothing of it",
    "pipeline/erasing.py:opportunities_of": "a person is erased wherever he stands; callers are told nothing of it",
    "pipeline/erasing.py:registrations_that_may_name": "a person is erased wherever he stands, whoever asks",
    "pipeline/ended_opportunities.py:_owned_by": "the caller's own accounts: `scope` adds what ended with them",
    "pipeline/opportunities.py:_HELD": "follows from an event, and answers no caller",
    "pipeline/opportunities.py:_ITSELF": "follows from a decision or an event, and answers no caller",
    "pipeline/opportunities.py:_FOLD": "folds the rows of the board; nobody is told them",
    "pipeline/win_history.py:_CLOSED": "the service's own account learns from them; no row leaves it",
    "pipeline/win_history.py:_KNOWN": "the service's own account scores what changed, and answers no caller",
    "pipeline/win_history.py:next_open": "the service's own account goes over the whole stock",
    "pipeline/sales_processes.py:stages_in_use": "tells which stages are in use, and of no opportunity",
    "pipeline/worked_accounts.py:_worked": "the caller's own opportunities: `scope` adds their accounts to his",
    "pipeline/pooled_accounts.py:_ALONG": "counts only, of accounts that wait in a pool the caller sees",
    "pipeline/pooled_accounts.py:holding_of": "counts for the caps of whoever is to get an account",
    "pipeline/recycling_accounts.py:_ALIKE": "counts of all, for whoever edits the rules; no row is told",
    "pipeline/recycling_accounts.py:_DUE": "the service's own account takes what is due",
    "pipeline/recycling_accounts.py:owned_after": "the service's own account goes over the whole stock",
    "pipeline/registrations.py:due_registrations": "the service's own account ends what is due",
    "pipeline/registrations.py:held_registration": "follows from the end of its opportunity, and answers no caller",
    "pipeline/registrations.py:live_rivals": "conflicts are found whatever the caller sees; only the team is told",
    "pipeline/registrations.py:registration_under_review": "its approval was found through the scope",
}


def readings() -> Iterator[tuple[str, str]]:
    """Every function and every statement kept in a module that selects from a scoped table, with its text."""
    for name, tables in SCOPED.items():
        variables, names = (set(each) for each in zip(*tables, strict=True))
        written = re.compile(rf"\b(from|join) ({'|'.join(names)})\b")
        for path in sorted((ROOT / "services" / name / "storage").glob("*.py")):
            for node in parsed(path).body:
                text = ast.unparse(node)
                if selects(node, variables) or written.search(text):
                    yield f"{name}/{path.name}:{named(node)}", text


def selects(node: ast.stmt, variables: set[str]) -> bool:
    """Whether a select names one of the tables, or a name given to one here, anywhere in what it reads."""
    given = {name for each in ast.walk(node) if isinstance(each, ast.Assign) for name in _names(each, variables)}
    read = [part for call in ast.walk(node) if isinstance(call, ast.Call) for part in _read(call)]
    return any(isinstance(each, ast.Name) and each.id in variables | given for part in read for each in ast.walk(part))


def _names(assignment: ast.Assign, variables: set[str]) -> list[str]:
    """What is made of a table, its columns for example, and called by a name from here on."""
    inside = {each.id for each in ast.walk(assignment.value) if isinstance(each, ast.Name)}
    return [each.id for each in assignment.targets if isinstance(each, ast.Name)] if inside & variables else []


def _read(call: ast.Call) -> list[ast.expr]:
    """What a call reads from."""
    function = call.func
    if isinstance(function, ast.Name):
        return list(call.args) if function.id == "select" else []
    if isinstance(function, ast.Attribute) and function.attr == "alias":
        return [function.value]
    joins = isinstance(function, ast.Attribute) and function.attr in {"select_from", "join", "outerjoin"}
    return list(call.args) if joins else []


def named(node: ast.stmt) -> str:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return node.name
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    return ast.unparse(target) if target is not None else ast.unparse(node)


def test_whoever_reads_a_scoped_table_goes_through_the_scope_or_says_why_not() -> None:
    without = {place for place, text in readings() if not THROUGH_SCOPE.search(text)}
    assert without == set(WITHOUT)


def test_every_scoped_table_is_read_through_the_scope_somewhere() -> None:
    for name, tables in SCOPED.items():
        texts = [text for place, text in readings() if place.startswith(f"{name}/") and THROUGH_SCOPE.search(text)]
        for variable, written in tables:
            told = re.compile(rf"\b({variable}|{written})\b")
            assert any(told.search(text) for text in texts), f"{name}: {variable}"
