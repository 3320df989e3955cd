"""Boosted trees, grown by LightGBM and kept as Hearth walks them."""

from collections.abc import Mapping, Sequence
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from bot.language.linker.forest import MOST_LEAVES, Floats, Forest

# Leaves are kept as whole numbers of this many log-odds.
_STEP = 1 / 8192

_SETTINGS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": MOST_LEAVES - 1,
    "min_data_in_leaf": 100,
    "max_bin": 63,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "verbose": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_col_wise": True,
}


def grow(
    rows: Floats,
    truth: NDArray[np.bool_],
    names: Sequence[str],
    *,
    shared: int = 0,
    weights: Floats | None = None,
    trees: int,
    rate: float,
    seed: int,
    more: Mapping[str, Any] | None = None,
) -> Forest:
    """Return trees that tell the true rows; of the features the last `shared` are a whole message's."""
    data = lightgbm.Dataset(rows, truth.astype(np.float32), weight=weights, free_raw_data=True)
    settings = _SETTINGS | {"learning_rate": rate, "seed": seed} | dict(more or {})
    return _kept(lightgbm.train(settings, data, trees), names, shared)


def _kept(booster: lightgbm.Booster, names: Sequence[str], shared: int) -> Forest:
    nodes: list[list[int]] = []
    thresholds: list[float] = []
    leaves: list[int] = []
    starts: list[int] = []

    def walk(node: dict[str, Any], tree: int) -> int:
        if "leaf_value" in node:
            leaves.append(round(node["leaf_value"] / _STEP))
            return -len(leaves)
        place = len(nodes)
        nodes.append([node["split_feature"], 0, 0, tree])
        thresholds.append(_below(node["threshold"]))
        nodes[place][1] = walk(node["left_child"], tree)
        nodes[place][2] = walk(node["right_child"], tree)
        return place

    for tree, grown in enumerate(booster.dump_model()["tree_info"]):
        starts.append(len(leaves))
        walk(grown["tree_structure"], tree)
    return Forest(
        names=tuple(names),
        nodes=np.array(nodes, dtype=np.int16).reshape(-1, 4),
        thresholds=np.array(thresholds, dtype=np.float32),
        leaves=np.array(leaves, dtype=np.int16),
        leaf_starts=np.array(starts, dtype=np.int32),
        step=_STEP,
        shared=shared,
    )


def _below(threshold: float) -> float:
    """Return the greatest number of single precision that is not above a threshold."""
    near = np.float32(threshold)
    return float(near if near <= threshold else np.nextafter(near, np.float32(-np.inf)))
