"""What a caller may not ask by: a field he cannot see would show itself in what is found, sorted or overwritten."""

from collections.abc import Collection, Iterator

from google.protobuf.message import Message

from chassis.listing.filters import contract_name, fields_named, parse_filter
from chassis.rpc.refusals import FieldHidden
from chassis.rpc.sight import Sight, filled, masked_paths


def refuse_hidden(request: Message, *, asked: Sight, answered: Sight, missing: Collection[str], writes: bool) -> None:
    """Pass a request that neither filters, sorts, searches nor changes by a field the caller may not see.

    Raises FieldHidden, and FilterInvalid for a filter that cannot be read.
    """
    hidden = dict(_within(answered, missing))
    for name in _sorted_and_filtered_by(request):
        _refuse(name, hidden)
    mask = getattr(request, "update_mask", None)
    if mask is not None:
        changed = dict(_within(asked, missing))
        for path in mask.paths:
            _refuse(path, changed)
    if not writes:
        for path, permission in filled(request, asked, missing):
            raise FieldHidden(field=path, permission=permission)


def _within(sight: Sight, missing: Collection[str]) -> Iterator[tuple[str, str]]:
    """The masked fields as a filter or an update mask names them: without the field that holds the resource."""
    for path, permission in masked_paths(sight, missing):
        yield path.partition(".")[2], permission


def _sorted_and_filtered_by(request: Message) -> Iterator[str]:
    condition = parse_filter(getattr(request, "filter", ""))
    if condition is not None:
        yield from fields_named(condition)
    for term in getattr(request, "order_by", "").split(","):
        yield from map(contract_name, term.split()[:1])


def _refuse(name: str, hidden: dict[str, str]) -> None:
    for path, permission in hidden.items():
        if name == "*" or f"{name}.".startswith(f"{path}.") or f"{path}.".startswith(f"{name}."):
            raise FieldHidden(field=path, permission=permission)
