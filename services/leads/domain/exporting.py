"""What of a lead stands in the columns of an export (导出), in the order in which people expect it."""

from services.leads.domain.lead_import.columns import COLUMNS as IMPORTED

# A custom field is asked for by its key behind this.
CUSTOM = "custom."
# What a list may bring in and an export does not have: parts of a name and a budget in one, which leads keep otherwise;
# and identity numbers, which only who names the field takes out.
_OTHERWISE = {"surname", "given_name", "budget", "custom.date_of_birth", "custom.soc_sec_id"}
# What can be imported comes first, under headings by which it is imported again.
_TOLD = tuple(each.path for each in IMPORTED if each.path not in _OTHERWISE)
_DECIDED = (
    "state",
    "grade",
    "owner",
    "team",
    "touch_count",
    "response_state",
    "response_due_time",
    "first_response_time",
    "create_time",
    "update_time",
)
# What only programs ask for, or what costs a look more.
_UNUSUAL = ("intent", "name")
USUAL: tuple[str, ...] = (*_TOLD, *_DECIDED)
COLUMNS: tuple[str, ...] = (*USUAL, *_UNUSUAL)
