"""Who is told that his input is wrong is told which field of it."""

from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from pkgutil import walk_packages

import pytest

from kernel.errors import Kind, Refusal

# What refuses here speaks of a form that somebody filled in; a file, a header or a body as a whole has no field.
_ASKED = ("services.pipeline", "services.contracts", "trade")


def wrong_inputs() -> Iterator[type[Refusal]]:
    """Every refusal of these parts that says that an input is wrong."""
    for part in _ASKED:
        package = import_module(part)
        for module in walk_packages(package.__path__, f"{part}."):
            if ".migrations" not in module.name and not module.name.endswith("__main__"):
                import_module(module.name)
    for refusal in _below(Refusal):
        if refusal.__module__.startswith(_ASKED) and getattr(refusal, "kind", None) is Kind.INVALID_INPUT:
            yield refusal


def _below(refusal: type[Refusal]) -> Iterator[type[Refusal]]:
    for each in refusal.__subclasses__():
        yield each
        yield from _below(each)


WRONG_INPUTS = {f"{each.__module__}.{each.__name__}": each for each in wrong_inputs()}


@pytest.mark.parametrize("refusal", sorted(WRONG_INPUTS))
def test_what_calls_an_input_wrong_names_its_field(refusal: str) -> None:
    assert {"field", "fields"} & {each.name for each in fields(WRONG_INPUTS[refusal])}
