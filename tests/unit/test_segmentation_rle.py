"""Run-length encoded masks survive the journey and refuse what does not fit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from segmentation.errors import MalformedMask
from segmentation.rle import decode_mask, encode_mask

masks = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=17), elements=st.booleans())


@given(masks)
def test_an_encoded_mask_decodes_to_itself(mask: NDArray[np.bool_]) -> None:
    runs = encode_mask(mask)
    assert np.array_equal(decode_mask(runs), mask)
    assert sum(runs["counts"]) == mask.size
    assert all(count > 0 for count in runs["counts"][1:])


def test_runs_go_down_the_columns_and_start_outside() -> None:
    mask = np.array([[True, False, False], [True, True, False]])
    assert encode_mask(mask) == {"size": [2, 3], "counts": [0, 2, 1, 1, 2]}


@pytest.mark.parametrize("counts", [[5], [7], [3, -1, 4], []])
def test_runs_that_do_not_fill_the_size_are_refused(counts: list[int]) -> None:
    with pytest.raises(MalformedMask):
        decode_mask({"size": [2, 3], "counts": counts})
