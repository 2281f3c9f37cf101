"""A learnt model in use: plain data and plain Python, every answer with reasons that add up to it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trade.probability.features import Encoding, Row, Vector

_LEAF = -1


@dataclass(frozen=True, slots=True)
class Line:
    """A logistic regression (逻辑回归): a weight for each scaled column, and the column's mean where it was learnt.

    `base` is the logit of a record of means, so that what is usual adds nothing.
    """

    base: float
    weights: tuple[float, ...]
    means: tuple[float, ...]

    def parts(self, scaled: Vector) -> list[float]:
        """What each column adds to the logit."""
        return [weight * (column - mean) for weight, column, mean in zip(self.weights, scaled, self.means, strict=True)]


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree of questions: node `n` asks whether `columns[n]` is at most `thresholds[n]`; a leaf asks nothing.

    `values` holds for every node what the records that reach it add to the logit on average, so that each step of a
    path adds the difference, and the steps add up to the leaf.
    """

    columns: tuple[int, ...]
    thresholds: tuple[float, ...]
    missing_left: tuple[bool, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    values: tuple[float, ...]

    def add_parts(self, vector: Vector, parts: list[float]) -> None:
        """Add what each question on the record's path changes to the part of the column it asks about."""
        node = 0
        while (column := self.columns[node]) != _LEAF:
            number = vector[column]
            goes_left = self.missing_left[node] if math.isnan(number) else number <= self.thresholds[node]
            following = self.left[node] if goes_left else self.right[node]
            parts[column] += self.values[following] - self.values[node]
            node = following


@dataclass(frozen=True, slots=True)
class Trees:
    """Boosted trees (梯度提升树); `base` holds what all records have in common."""

    base: float
    trees: tuple[Tree, ...]

    def parts(self, vector: Vector) -> list[float]:
        """What each column adds to the logit."""
        found = [0.0] * len(vector)
        for tree in self.trees:
            tree.add_parts(vector, found)
        return found


@dataclass(frozen=True, slots=True)
class Opinion:
    """A probability from 0 to 1, and what each feature adds to its logit: `base` and `parts` add up to `logit`."""

    probability: float
    logit: float
    base: float
    parts: Mapping[str, float]

    def reasons(self, most: int = 5) -> list[tuple[str, float]]:
        """The features that weigh most, the heaviest first."""
        return sorted(self.parts.items(), key=lambda part: (-abs(part[1]), part[0]))[:most]


@dataclass(frozen=True, slots=True)
class Model:
    """A line, trees or both, weighed and calibrated (校准): logit = slope · (share · trees + rest · line) + shift."""

    encoding: Encoding
    line: Line
    trees: Trees
    share: float
    slope: float
    shift: float

    def judge(self, row: Row) -> Opinion:
        """The probability for a record; what the record does not say counts as missing."""
        vector = self.encoding.encode(row)
        by_trees, by_line = self.slope * self.share, self.slope * (1 - self.share)
        columns = [0.0] * len(vector)
        if by_line:
            columns = [by_line * part for part in self.line.parts(self.encoding.scaled(vector))]
        if by_trees:
            columns = [have + by_trees * part for have, part in zip(columns, self.trees.parts(vector), strict=True)]
        parts: dict[str, float] = {}
        for name, part in zip(self.encoding.owners(), columns, strict=True):
            parts[name] = parts.get(name, 0.0) + part
        base = self.shift + by_line * self.line.base + by_trees * self.trees.base
        logit = base + math.fsum(parts.values())
        return Opinion(probability(logit), logit, base, parts)

    def to_mapping(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "encoding": self.encoding.to_mapping(),
            "line": {"base": self.line.base, "weights": list(self.line.weights), "means": list(self.line.means)},
            "trees": {"base": self.trees.base, "trees": [_tree_to_mapping(each) for each in self.trees.trees]},
            "calibration": {"share": self.share, "slope": self.slope, "shift": self.shift},
        }

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> "Model":
        """From plain data, as `to_mapping` gives it."""
        line, trees, calibration = data["line"], data["trees"], data["calibration"]
        return cls(
            encoding=Encoding.from_mapping(data["encoding"]),
            line=Line(line["base"], tuple(line["weights"]), tuple(line["means"])),
            trees=Trees(trees["base"], tuple(_tree_from_mapping(each) for each in trees["trees"])),
            share=calibration["share"],
            slope=calibration["slope"],
            shift=calibration["shift"],
        )


def probability(logit: float) -> float:
    """The logistic curve, from 0 to 1, without overflow."""
    if logit >= 0:
        return 1 / (1 + math.exp(-logit))
    grown = math.exp(logit)
    return grown / (1 + grown)


def logit_of(share: float, *, closest: float = 1e-6) -> float:
    """The inverse of `probability`, kept off the ends by `closest`."""
    inside = min(1 - closest, max(closest, share))
    return math.log(inside / (1 - inside))


def _tree_to_mapping(tree: Tree) -> dict[str, Sequence[Any]]:
    return {name: list(getattr(tree, name)) for name in Tree.__slots__}


def _tree_from_mapping(data: Mapping[str, Sequence[Any]]) -> Tree:
    return Tree(**{name: tuple(data[name]) for name in Tree.__slots__})
