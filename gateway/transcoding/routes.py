"""Which method answers a path: a tree of segments, built once from the templates."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.refusals import HttpMethodNotAllowed, RouteNotFound
from gateway.transcoding.methods import Binding, ContractWrong
from gateway.transcoding.requests import RequestPlan
from gateway.transcoding.templates import ONE, REST


@dataclass(frozen=True, slots=True)
class Route:
    """A binding with the plan by which its requests are built."""

    binding: Binding
    plan: RequestPlan


@dataclass(slots=True)
class _Node:
    children: dict[str, "_Node"] = field(default_factory=dict)
    routes: dict[str, dict[str, Route]] = field(default_factory=dict)


class RouteTable:
    """All routes of the product."""

    def __init__(self, bindings: Iterable[Binding]) -> None:
        """Build the tree; two bindings that match the same requests raise ContractWrong."""
        self._root = _Node()
        for binding in bindings:
            self._add(binding)

    def find(self, verb: str, path: str) -> tuple[Route, list[str]]:
        """The route of a request and the path's segments; raises RouteNotFound or HttpMethodNotAllowed."""
        segments = path.removeprefix("/").split("/")
        segments[-1], _, action = segments[-1].partition(":")
        node = _walk(self._root, segments, 0, action)
        if node is None:
            raise RouteNotFound(path=path)
        routes = node.routes[action]
        route = routes.get(verb)
        if route is None:
            raise HttpMethodNotAllowed(method=verb, allowed=", ".join(sorted(routes)))
        return route, segments

    def _add(self, binding: Binding) -> None:
        node = self._root
        for segment in binding.template.segments:
            node = node.children.setdefault(segment, _Node())
        routes = node.routes.setdefault(binding.template.verb, {})
        if binding.verb in routes:
            raise ContractWrong(f"two methods answer {binding.verb} {binding.template.text}")
        routes[binding.verb] = Route(binding, RequestPlan(binding))


def _walk(node: _Node, segments: list[str], depth: int, action: str) -> _Node | None:
    """The node all segments lead to; names in the path go before wildcards."""
    if depth == len(segments):
        return node if action in node.routes else None
    segment = segments[depth]
    for key in (segment, ONE):
        child = node.children.get(key) if segment else None
        found = None if child is None else _walk(child, segments, depth + 1, action)
        if found is not None:
            return found
    rest = node.children.get(REST)
    return rest if rest is not None and action in rest.routes else None
