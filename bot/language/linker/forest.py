"""Boosted trees as small arrays, walked without the library that grew them."""

import hashlib
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

# What the arrays of a file mean; a file of another version is not read.
VERSION = 1
# A tree's leaves are bits of a word of this size.
MOST_LEAVES = 32
# Rows scored at once, so that what is worked on stays in the processor's cache.
_ROWS = 512
# Features of few values share a table of at most so many rows.
_TABLE = 160
# So many cuts are sooner compared with than searched through, and so many rows than each table in turn.
_FEW = 6
_FEW_ROWS = 100
# Multiplied with a power of two, its upper five bits tell which (Leiserson, Prokop and Randall, 1998).
_DE_BRUIJN = np.uint32(0x077CB531)


class ModelUnreadable(Exception):
    """A file of trained weights is damaged or of another version: install Hearth again, or train it anew."""


@dataclass(frozen=True, slots=True)
class _Table:
    """Which leaves stay possible for the values of some features: a row for each combination.

    `looks` are the cuts of each feature, its column, and how many values it has as far as these go.
    """

    looks: tuple[tuple[Floats, int, int], ...]
    masks: NDArray[np.uint32]

    def rows_of(self, values: Floats) -> Ints:
        """Return the row for each of some values [n, features]."""
        place: Any = None
        for cuts, column, size in self.looks:
            above = _above(cuts, values[:, column])
            place = above if place is None else place * size + above
        return place  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class _Cuts:
    """The cuts of all tables in a row, with their columns; what each value above one adds to the row of its
    table; and where the cuts of each table begin."""

    columns: Ints
    cuts: Floats
    adds: Ints
    starts: Ints

    @classmethod
    def of(cls, tables: Sequence[_Table]) -> "_Cuts":
        """Return those of some tables."""
        columns: list[int] = []
        cuts: list[float] = []
        adds: list[int] = []
        starts: list[int] = []
        for table in tables:
            starts.append(len(cuts))
            add = 1
            for each, column, size in reversed(table.looks):
                columns += [column] * len(each)
                cuts += each.tolist()
                adds += [add] * len(each)
                add *= size
        return cls(np.array(columns), np.array(cuts, dtype=np.float32), np.array(adds), np.array(starts))

    def rows_of(self, values: Floats) -> list[Ints]:
        """Return the row in each table for each of a few values [n, features]."""
        above = values.T[self.columns] > self.cuts[:, None]
        return list(np.add.reduceat(above * self.adds[:, None], self.starts, axis=0))


@dataclass(frozen=True, slots=True)
class Soon:
    """After so many trees a row of fewer log-odds than `least` is out, and counts as `out`."""

    trees: int
    least: float
    out: float


@dataclass(frozen=True)
class Forest:
    """Trees over named features; a row's score is log-odds.

    `nodes` are [feature, left, right, tree] and `thresholds` theirs: a value above goes right. A child below
    zero is a leaf: -1 - its place in `leaves`, which hold whole numbers of `step` log-odds, so that sums are
    exact. `roots` is the first node of each tree, whose leaves are numbered from left to right.
    """

    names: tuple[str, ...]
    nodes: NDArray[np.int16]
    thresholds: Floats
    leaves: NDArray[np.int16]
    leaf_starts: NDArray[np.int32]
    step: float
    # How many of the features are the same for all rows of one message; they come last.
    shared: int = 0

    def score(
        self,
        rows: Floats,
        shared: Floats | None = None,
        owners: Ints | None = None,
        soon: Soon | None = None,
    ) -> Floats:
        """Return the log-odds of rows [n, own features]; `shared` [m, shared features] belong to `owners`.

        Lucchese et al., "QuickScorer" (2015): each feature's value rules out leaves, and what stays leftmost
        of a tree is where the row ends. Most rows are hopeless, and `soon` says when that is seen.
        """
        own = self._rows_of(rows, 0)
        of_shared = [] if shared is None else self._rows_of(shared, 1)
        every = np.arange(len(rows))
        if soon is None:
            found = self._summed(range(self.trees), own, of_shared, owners, every)
            return found * np.float32(self.step)
        found = self._summed(range(soon.trees), own, of_shared, owners, every)
        on = found * np.float32(self.step) >= soon.least
        left = every[on]
        found[left] += self._summed(range(soon.trees, self.trees), own, of_shared, owners, left)
        return np.where(on, found * np.float32(self.step), np.float32(soon.out))

    def _rows_of(self, values: Floats, side: int) -> list[Ints]:
        tables = self._tables[side]
        if len(values) <= _FEW_ROWS and tables:
            return self._few[side].rows_of(values)
        return [table.rows_of(values) for table in tables]

    def _summed(
        self,
        trees: range,
        own: Sequence[Ints],
        shared: Sequence[Ints],
        owners: Ints | None,
        wanted: Ints,
    ) -> NDArray[np.int32]:
        """Return what some trees say of the wanted rows, of which the places in each table are given."""
        own_masks, shared_masks = self._masks(trees)
        base = _possible(shared_masks, shared, len(trees)) if shared_masks else None
        found = np.empty(len(wanted), dtype=np.int32)
        for start in range(0, len(wanted), _ROWS):
            some = wanted[start : start + _ROWS]
            first = None if base is None or owners is None else base.take(owners[some], axis=0)
            left = _possible(own_masks, [places.take(some) for places in own], len(trees), first)
            left &= np.negative(left)
            left *= _DE_BRUIJN
            left >>= np.uint32(27)
            left += np.arange(0, len(trees) * MOST_LEAVES, MOST_LEAVES, dtype=np.uint32)
            values = self._values[trees.start * MOST_LEAVES : trees.stop * MOST_LEAVES]
            found[start : start + _ROWS] = values.take(left).sum(axis=1, dtype=np.int32)
        return found

    def _masks(self, trees: range) -> tuple[list[NDArray[np.uint32]], list[NDArray[np.uint32]]]:
        """Return the tables' masks for some trees."""
        found = self._cut.get(trees)
        if found is None:
            own, shared = (
                [np.ascontiguousarray(table.masks[:, trees.start : trees.stop]) for table in tables]
                for tables in self._tables
            )
            found = self._cut[trees] = (own, shared)
        return found

    @cached_property
    def _cut(self) -> dict[range, tuple[list[NDArray[np.uint32]], list[NDArray[np.uint32]]]]:
        return {}

    @cached_property
    def _few(self) -> tuple[_Cuts, _Cuts]:
        own, shared = self._tables
        return _Cuts.of(own), _Cuts.of(shared)

    @property
    def trees(self) -> int:
        """How many trees there are."""
        return len(self.leaf_starts)

    @cached_property
    def _cuts(self) -> list[Floats]:
        return [np.unique(self.thresholds[self.nodes[:, 0] == f]) for f in range(len(self.names))]

    @cached_property
    def _values(self) -> NDArray[np.int32]:
        """Leaves by tree and by what the multiplication makes of a leaf's bit."""
        values = np.zeros((self.trees, MOST_LEAVES), dtype=np.int32)
        order = [(int(_DE_BRUIJN) << bit & 0xFFFFFFFF) >> 27 for bit in range(MOST_LEAVES)]
        ends = [*self.leaf_starts[1:], len(self.leaves)]
        for tree, (start, end) in enumerate(zip(self.leaf_starts, ends, strict=True)):
            values[tree, order[: end - start]] = self.leaves[start:end]
        return values.ravel()

    @cached_property
    def _tables(self) -> tuple[list[_Table], list[_Table]]:
        """Tables of the rows' own features, and of shared ones."""
        kept = self._left_leaves()
        own = len(self.names) - self.shared
        used = [feature for feature in range(len(self.names)) if len(self._cuts[feature])]
        return (
            _together([self._table(feature, feature, kept) for feature in used if feature < own]),
            _together([self._table(feature, feature - own, kept) for feature in used if feature >= own]),
        )

    def _left_leaves(self) -> NDArray[np.uint32]:
        """Return for each node the leaves that stay possible when a value goes right, as bits."""
        under = np.zeros(len(self.nodes), dtype=np.uint32)
        left_of = np.zeros(len(self.nodes), dtype=np.uint32)
        # A node comes before its children.
        for place in range(len(self.nodes) - 1, -1, -1):
            _, left, right, tree = (int(value) for value in self.nodes[place])
            start = int(self.leaf_starts[tree])
            bits = [
                np.uint32(1 << (-1 - child - start)) if child < 0 else under[child] for child in (left, right)
            ]
            left_of[place] = bits[0]
            under[place] = bits[0] | bits[1]
        return np.bitwise_not(left_of)

    def _table(self, feature: int, column: int, kept: NDArray[np.uint32]) -> _Table:
        cuts = self._cuts[feature]
        masks = np.full((len(cuts) + 1, self.trees), 0xFFFFFFFF, dtype=np.uint32)
        for node in np.flatnonzero(self.nodes[:, 0] == feature):
            row = int(np.searchsorted(cuts, self.thresholds[node])) + 1
            masks[row, self.nodes[node, 3]] &= kept[node]
        return _Table(((cuts, column, len(masks)),), np.bitwise_and.accumulate(masks, axis=0))


def _above(cuts: Floats, values: Floats) -> Ints:
    """Return how many cuts each value is above."""
    if len(cuts) > _FEW:
        found: Ints = cuts.searchsorted(values)
        return found
    above: Ints = (values > cuts[0]).astype(np.int64)
    for cut in cuts[1:]:
        above += values > cut
    return above


def _possible(
    masks: Sequence[NDArray[np.uint32]],
    places: Sequence[Ints],
    trees: int,
    first: NDArray[np.uint32] | None = None,
) -> NDArray[np.uint32]:
    """Return which leaves stay possible in all tables: [n, trees]; `first` holds those that do so far."""
    left = first
    if left is None:
        left = np.full((len(places[0]), trees), 0xFFFFFFFF, dtype=np.uint32)
    taken = np.empty_like(left)
    for table, place in zip(masks, places, strict=True):
        table.take(place, axis=0, out=taken, mode="clip")
        left &= taken
    return left


def _together(tables: list[_Table]) -> list[_Table]:
    """Join tables of few rows, so that fewer have to be looked into."""
    waiting = sorted(tables, key=lambda table: len(table.masks))
    joined: list[_Table] = []
    while waiting:
        table = waiting.pop(0)
        while waiting and len(table.masks) * len(waiting[0].masks) <= _TABLE:
            other = waiting.pop(0)
            masks = (table.masks[:, None, :] & other.masks[None, :, :]).reshape(-1, table.masks.shape[1])
            table = _Table(table.looks + other.looks, masks)
        joined.append(table)
    return joined


def save_forests(path: Path, forests: Mapping[str, Forest]) -> None:
    """Write forests to an .npz file, byte for byte the same for the same forests."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, forest in forests.items():
        arrays |= {
            f"{name}.names": np.array(forest.names),
            f"{name}.nodes": forest.nodes,
            f"{name}.thresholds": forest.thresholds,
            f"{name}.leaves": forest.leaves,
            f"{name}.leaf_starts": forest.leaf_starts,
            f"{name}.step": np.array(forest.step),
            f"{name}.shared": np.array(forest.shared),
        }
    arrays["version"] = np.array(VERSION)
    arrays["digest"] = np.array(_digest(arrays))
    np.savez_compressed(path, allow_pickle=False, **arrays)


def load_forests(path: Path, names: Mapping[str, tuple[Sequence[str], int]]) -> dict[str, Forest]:
    """Read forests that look at these features, of which so many are shared; raise ModelUnreadable."""
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        version, digest = int(arrays["version"]), str(arrays.pop("digest"))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ModelUnreadable(
            f"{path.name} is damaged or missing ({type(error).__name__}): install Hearth again."
        ) from error
    if version != VERSION:
        raise ModelUnreadable(
            f"{path.name} is of version {version}, this Hearth reads {VERSION}: the two were installed apart."
        )
    if digest != _digest(arrays):
        raise ModelUnreadable(f"{path.name} is damaged: its digest is another. Install Hearth again.")
    found = {}
    for name, (features, shared) in names.items():
        if f"{name}.names" not in arrays or (
            (tuple(arrays[f"{name}.names"]), int(arrays[f"{name}.shared"])) != (tuple(features), shared)
        ):
            raise ModelUnreadable(f"{path.name} looks at other features than this Hearth has: train it anew.")
        found[name] = Forest(
            names=tuple(features),
            nodes=arrays[f"{name}.nodes"],
            thresholds=arrays[f"{name}.thresholds"],
            leaves=arrays[f"{name}.leaves"],
            leaf_starts=arrays[f"{name}.leaf_starts"],
            step=float(arrays[f"{name}.step"]),
            shared=shared,
        )
    return found


def _digest(arrays: Mapping[str, NDArray[Any]]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype.str} {arrays[name].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()
