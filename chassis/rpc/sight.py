"""What of an answer a caller may see (字段脱敏): the masks of a contract, read once from its descriptors.

For whoever may see everything this is one set operation on each answer, and for a contract without masks none.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from millrace.auth.v1 import access_pb2

from chassis.masking import masked_email, masked_phone
from chassis.rpc.wording import Wording
from trade.reasons import Reason

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class _Field:
    """A field that is masked, or whose messages hold masked fields."""

    descriptor: FieldDescriptor
    mask: access_pb2.Mask | None
    inner: "Sight"


@dataclass(slots=True)
class Sight:
    """The masked fields of a message and of the messages in it; `permissions` are those that show them."""

    permissions: frozenset[str] = frozenset()
    fields: list[_Field] = field(default_factory=list)

    def missing(self, granted: Mapping[str, Any]) -> frozenset[str]:
        """The permissions to see that are not granted."""
        return self.permissions.difference(granted)


def sight_of(descriptor: Descriptor) -> Sight:
    """What is masked in messages of this kind, also in messages within; a kind may hold itself."""
    known: dict[str, Sight] = {}
    _read(descriptor, known)
    # A kind that holds itself shows what it needs only after it was read, so everything is gathered at the end.
    for sight in known.values():
        sight.permissions = frozenset(_reached(sight, set()))
    for sight in known.values():
        sight.fields = [each for each in sight.fields if each.mask is not None or each.inner.permissions]
    return known[descriptor.full_name]


def concealed(answer: M, sight: Sight, missing: Collection[str], wording: Wording) -> M:
    """A copy of the answer as somebody sees it who lacks the permissions: the original may be held elsewhere."""
    shown = type(answer)()
    shown.CopyFrom(answer)
    _conceal(shown, sight, missing, wording)
    return shown


def masked_paths(sight: Sight, missing: Collection[str], above: tuple[Sight, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every field masked for one who lacks the permissions, as (path, permission); a kind within itself once."""
    for each in sight.fields:
        name = each.descriptor.name
        if each.mask is not None and each.mask.permission in missing:
            yield name, each.mask.permission
        elif not any(each.inner is kind for kind in (*above, sight)):
            for path, permission in masked_paths(each.inner, missing, (*above, sight)):
                yield f"{name}.{path}", permission


def filled(message: Message, sight: Sight, missing: Collection[str]) -> Iterator[tuple[str, str]]:
    """The masked fields that have a value, as (path, permission)."""
    for each in sight.fields:
        name = each.descriptor.name
        if each.mask is not None and each.mask.permission in missing:
            if any(held.name == name for held, _ in message.ListFields()):
                yield name, each.mask.permission
            continue
        for inner in _messages(message, each.descriptor):
            for path, permission in filled(inner, each.inner, missing):
                yield f"{name}.{path}", permission


def _read(descriptor: Descriptor, known: dict[str, Sight]) -> Sight:
    if descriptor.full_name in known:
        return known[descriptor.full_name]
    sight = known[descriptor.full_name] = Sight()
    for each in descriptor.fields:
        options = each.GetOptions()
        mask = options.Extensions[access_pb2.mask] if options.HasExtension(access_pb2.mask) else None
        kind = _kind_within(each)
        if mask is not None or kind is not None:
            sight.fields.append(_Field(each, mask, _read(kind, known) if kind is not None else Sight()))
    return sight


def _reached(sight: Sight, seen: set[int]) -> Iterator[str]:
    if id(sight) in seen:
        return
    seen.add(id(sight))
    for each in sight.fields:
        if each.mask is not None:
            yield each.mask.permission
        yield from _reached(each.inner, seen)


def _kind_within(each: FieldDescriptor) -> Descriptor | None:
    """The kind of message a field holds, one or many; of a map, that of its values."""
    kind = each.message_type
    if kind is not None and kind.GetOptions().map_entry:
        return kind.fields_by_name["value"].message_type
    return kind


def _messages(message: Message, each: FieldDescriptor) -> Iterable[Message]:
    value, kind = getattr(message, each.name), each.message_type
    if kind is None:
        return ()
    if kind.GetOptions().map_entry:
        return tuple(value.values())
    if each.is_repeated:
        return tuple(value)
    return (value,) if message.HasField(each.name) else ()


def _conceal(message: Message, sight: Sight, missing: Collection[str], wording: Wording) -> None:
    for each in sight.fields:
        if each.mask is not None and each.mask.permission in missing:
            if each.mask.form == access_pb2.MASK_FORM_REASONS:
                _withhold(getattr(message, each.descriptor.name), each.mask, wording)
            else:
                _FORMS.get(each.mask.form, _absent)(message, each)
            continue
        for inner in _messages(message, each.descriptor):
            _conceal(inner, each.inner, missing, wording)


def _absent(message: Message, each: _Field) -> None:
    message.ClearField(each.descriptor.name)


def _in_words(form: Callable[[str], str]) -> Callable[[Message, _Field], None]:
    """Puts the form in place of a text, or of each text of a list; what is empty stays so."""

    def apply(message: Message, each: _Field) -> None:
        value = getattr(message, each.descriptor.name)
        if each.descriptor.is_repeated:
            value[:] = [form(text) for text in value]
        elif value:
            setattr(message, each.descriptor.name, form(value))

    return apply


def _withhold(reasons: Any, mask: access_pb2.Mask, wording: Wording) -> None:
    """Leave out the reasons that would tell the value; a last one says so where the contract names it."""
    begins, about = tuple(mask.codes), frozenset(mask.about)
    telling = [place for place, reason in enumerate(reasons) if _tells(reason, begins, about)]
    for place in reversed(telling):
        del reasons[place]
    if telling and mask.instead:
        reasons.extend(wording.reasons([Reason(mask.instead)]))


def _tells(reason: Any, begins: tuple[str, ...], about: Collection[str]) -> bool:
    return reason.code.startswith(begins) or reason.parameters.get("about", "") in about


_FORMS: Mapping[int, Callable[[Message, _Field], None]] = {
    access_pb2.MASK_FORM_PHONE: _in_words(masked_phone),
    access_pb2.MASK_FORM_EMAIL: _in_words(masked_email),
}
