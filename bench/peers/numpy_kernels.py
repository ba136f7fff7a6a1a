"""numpy's times for the work of bench/speed/kernels.ts: prints one line of JSON, CPU seconds by size.

The likelihood's gradient is written by hand, with matrix products where there can be any, and LAPACK's own inverse.
"""

import json
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np

try:
    from scipy.linalg.lapack import dpotri
except ImportError:
    dpotri = None


def kernel(x, scales, amplitude):
    """Matérn covariances (ν = 5/2), and their derivatives by the squared distance."""
    z = x / scales
    square = (z * z).sum(1)
    r2 = np.maximum(0.0, square[:, None] + square[None, :] - 2 * z @ z.T)
    s = np.sqrt(5 * r2)
    e = amplitude * np.exp(-s)
    return (1 + s + s * s / 3) * e, -5 / 6 * (1 + s) * e, z


def likelihood(x, y, scales, amplitude, noise):
    k, slopes, z = kernel(x, scales, amplitude)
    n = len(y)
    k[np.diag_indices(n)] += noise
    factor = np.linalg.cholesky(k)
    if dpotri is None:
        half = np.linalg.inv(factor)
        inverse = half.T @ half
    else:
        inverse, _ = dpotri(factor, lower=1)
        inverse = np.tril(inverse) + np.tril(inverse, -1).T
    alpha = inverse @ y
    value = 0.5 * y @ alpha + np.log(np.diag(factor)).sum()
    weights = (inverse - np.outer(alpha, alpha)) * slopes
    sums = weights.sum(1)
    by_scale = -2 * (sums @ (z * z) - ((weights @ z) * z).sum(0))
    trace = np.trace(inverse) - alpha @ alpha
    return value, np.concatenate([by_scale, [0.5 * (n - y @ alpha - noise * trace)], [0.5 * noise * trace]])


def seconds(work, times):
    work()
    found = []
    for _ in range(times):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return sorted(found)[times // 2]


def main():
    result = {"version": np.__version__, "lapack": dpotri is not None}
    for n, d, times in json.loads(sys.argv[1]):
        rng = np.random.default_rng(1)
        x = rng.random((n, d))
        y = np.sin(5 * x).sum(1)
        y = (y - y.mean()) / y.std()
        k, _, _ = kernel(x, np.full(d, 0.7), 1.0)
        k[np.diag_indices(n)] += 1e-2
        result[n] = {
            "cholesky": seconds(lambda: np.linalg.cholesky(k), times),
            "likelihood": seconds(lambda: likelihood(x, y, np.full(d, 0.7), 1.0, 1e-2), times),
        }
    print(json.dumps(result))


main()
