"""Features -> probabilities: multinomial logistic regression with a temperature, by scikit-learn; run by numpy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = Any
"""One row an example: a numpy array or a SciPy sparse matrix, float32."""

Probabilities = NDArray[np.float64]
"""One row an example, one column a value, rows sum to 1."""

_MOST_ROWS_IN_SPAN = 2_000
_TEMPERATURES = np.geomspace(0.25, 4.0, 81)


@dataclass(frozen=True)
class SoftmaxHead:
    """A linear softmax over features: probabilities = softmax((rows @ weights + bias) / temperature)."""

    values: tuple[str, ...]
    weights: NDArray[np.float32]
    """Shape (features, values)."""
    bias: NDArray[np.float32]
    temperature: float = 1.0

    def probabilities(self, rows: Rows) -> Probabilities:
        """Return how probable each value is for each row."""
        return softmax((np.asarray(rows @ self.weights, np.float64) + self.bias) / self.temperature)

    def at(self, temperature: float) -> "SoftmaxHead":
        """Return the same head with other temperature: more or less sure of the same answers."""
        return replace(self, temperature=temperature)


def fit_head(rows: Rows, values: Sequence[str] | NDArray[np.str_], *, strength: float) -> SoftmaxHead:
    """Return the head that tells these values apart; strength is scikit-learn's C (greater fits closer).

    Raises ValueError when there are fewer than two values.
    """
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=300, tol=1e-3)
    if rows.shape[0] > _MOST_ROWS_IN_SPAN:
        model.fit(rows, values)
        weights = model.coef_.T
    else:
        # An L2 penalty keeps the weights in the span of the rows: in coordinates of that span the optimum is the
        # same, with hundreds of columns instead of tens of thousands (Hastie & Tibshirani 2004, section 3).
        basis = _coordinates(rows)
        model.fit(_similarities(rows) @ basis, values)
        weights = rows.T @ (basis @ model.coef_.T)
    bias = model.intercept_
    if len(model.classes_) == 2:
        weights, bias = np.hstack([-weights / 2, weights / 2]), np.array([-bias[0] / 2, bias[0] / 2])
    names = tuple(str(value) for value in model.classes_)
    return SoftmaxHead(names, np.ascontiguousarray(weights, np.float32), np.asarray(bias, np.float32))


def _similarities(rows: Rows) -> NDArray[np.float64]:
    products = rows @ rows.T
    return np.asarray(products.todense() if hasattr(products, "todense") else products, np.float64)


def _coordinates(rows: Rows) -> NDArray[np.float64]:
    """Return B such that (rows rowsᵀ) B are the rows' coordinates in an orthonormal basis of their span."""
    lengths, directions = np.linalg.eigh(_similarities(rows))
    kept = lengths > 1e-6 * lengths[-1]
    basis: NDArray[np.float64] = directions[:, kept] / np.sqrt(lengths[kept])
    return basis


def softmax(scores: NDArray[np.float64]) -> Probabilities:
    """Return exp(scores), each row divided by its sum."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    found: Probabilities = powers / powers.sum(axis=1, keepdims=True)
    return found


def best_temperature(probabilities: Probabilities, right: NDArray[np.int64]) -> float:
    """Return the temperature that makes these out-of-fold probabilities likeliest (Guo et al. 2017).

    right: for each row the column of the true value; -1 where no column is it (left out). 1 when none is left.
    """
    known = right >= 0
    if not known.any():
        return 1.0
    scores = np.log(np.clip(probabilities[known], 1e-12, 1))
    rows = np.arange(len(scores))
    losses = [-np.log(np.clip(softmax(scores / t)[rows, right[known]], 1e-12, 1)).mean() for t in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def calibration_error(probabilities: Probabilities, right: NDArray[np.int64], *, bins: int = 15) -> float:
    """Return the expected calibration error of the likeliest values, 0 to 1; bins of equal width. 0 for no row."""
    if not len(right):
        return 0.0
    sure, hit = probabilities.max(axis=1), probabilities.argmax(axis=1) == right
    which = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [(hit[which == one].mean() - sure[which == one].mean()) * (which == one).mean() for one in np.unique(which)]
    return float(np.abs(gaps).sum())
