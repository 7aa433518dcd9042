r"""Electors who are alike: who they are, and the joint law of two counts over them.

Each of m electors adds one of three steps, no step, s or t, with probabilities p_0, p_s and p_t:

    P(i electors add s, j add t) = m! / (i! j! (m - i - j)!) p_s^i p_t^j p_0^(m - i - j),

a product of tabulated powers. What the probabilities depend on is integrated before the coefficients are multiplied.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import comb

Floats = NDArray[np.float64]

MOST_ALIKE: Final = 64
"""Most electors whose powers are tabulated: what underflows among them is less than 3^64 times the least float."""


def distinct(*marks: NDArray[np.generic]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find who differ in a mark.

    Parameters
    ----------
    *marks : (n,) arrays
        What is told apart.

    Returns
    -------
    (K,) int64
        The first of each kind.
    (n,) int64
        Everybody's kind.
    """
    order = np.lexsort(marks)
    differs = np.any([mark[order][1:] != mark[order][:-1] for mark in marks], axis=0)
    kind = np.empty(len(order), dtype=np.int64)
    kind[order] = np.concatenate([[0], np.cumsum(differs)])
    return order[np.flatnonzero(np.concatenate([[True], differs]))], kind


def trinomial(electors: int, steps: tuple[Floats, Floats, Floats]) -> tuple[NDArray[np.int64], Floats, Floats]:
    """List how often each of two steps may occur, and what is multiplied to its probability.

    Parameters
    ----------
    electors : int
        m, at most `MOST_ALIKE`.
    steps : three of (...) float64
        p_0, p_s and p_t.

    Returns
    -------
    (cells, 2) int64
        i and j.
    (cells,) float64
        Coefficients.
    (cells, ...) float64
        Products of powers.
    """
    none, first, second = (_powers(step, electors) for step in steps)
    most = electors if steps[2].any() else 0
    i, j = np.nonzero(np.add.outer(np.arange(electors + 1), np.arange(most + 1)) <= electors)
    products = np.empty((len(i), *steps[0].shape))
    for often in range(electors + 1):
        here, left = i == often, electors - often
        cells = slice(here.argmax(), here.argmax() + here.sum())
        np.multiply(second[j[here]], none[left - j[here]], out=products[cells])
        products[cells] *= first[often]
    return np.stack([i, j], axis=1), comb(electors, i) * comb(electors - i, j), products


def _powers(base: Floats, most: int) -> Floats:
    powers = np.empty((most + 1, *base.shape))
    powers[0] = 1.0
    for k in range(most):
        np.multiply(powers[k], base, out=powers[k + 1])
    return powers
