"""Linear discriminants between what looks relevant and what does not."""

import numpy as np

from primitives.arrays import FloatMatrix, FloatStack


def fisher_direction(near: FloatStack, far: FloatStack, shrinkage: float = 0.5) -> FloatMatrix:
    """Direction that best separates two small samples, for each query: float32 (Q, dim).

    Fisher, 1936: w = S^-1 (mean(near) - mean(far)), near (Q, k, dim), far (Q, m, dim), where S is the pooled
    within-class covariance shrunk towards a sphere of equal trace, (1 - shrinkage) C + shrinkage tr(C) / dim I
    (Ledoit and Wolf, 2004), by default half-way. The samples are far fewer than the dimensions, so the system is solved
    in the space of the samples (Woodbury). Two samples without any spread give the plain difference of the means.
    """
    near_mean, far_mean = near.mean(axis=1, keepdims=True), far.mean(axis=1, keepdims=True)
    difference: FloatMatrix = (near_mean - far_mean)[:, 0]
    centred = np.concatenate((near - near_mean, far - far_mean), axis=1).astype(np.float64)
    count, dim = centred.shape[1:]
    gram = centred @ centred.transpose(0, 2, 1) / count
    trace = np.trace(gram, axis1=1, axis2=2)
    spread = trace > 1e-12
    sphere = np.where(spread, shrinkage * trace / dim, 1.0)[:, None]
    # S = sphere I + (1 - shrinkage) X'X / n, so S^-1 v = (v - X' (n sphere / (1 - shrinkage) I + XX')^-1 X v) / sphere.
    seen = np.einsum("qnd,qd->qn", centred, difference)
    ridge = (count * sphere / (1 - shrinkage))[:, :, None] * np.eye(count)
    inner = np.linalg.solve(gram * count + ridge, seen[:, :, None])[:, :, 0]
    solved = (difference - np.einsum("qnd,qn->qd", centred, inner)) / sphere
    return np.where(spread[:, None], solved, difference).astype(np.float32)
