"""Who takes up how much: sizes as listed, and what would really come free, from arrays of contents."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]


def own_sizes(content: Int64, group: Int64, group_count: int, size: Int64, name_count: Int64) -> Int64:
    """Bytes that would come free if one group went: of the contents that nobody outside it names. O(n log n).

    content, group: (n,), one line for each time a version of the group names the content. size, name_count: of each content, by
    its number."""
    if not len(content):
        return np.zeros(group_count, np.int64)
    pairs, counts = np.unique(np.stack([group, content]), axis=1, return_counts=True)
    alone = counts == name_count[pairs[1]]
    return np.bincount(pairs[0][alone], weights=size[pairs[1][alone]], minlength=group_count).astype(np.int64)
