"""Ridge regression in plain Python 3 that prints its validation loss and the derivatives by its two penalties.

    fettle run --sampler gradient -p basis=polynomial,cosine -p smooth=1e-6..1e3:log -p rough=1e-6..1e3:log \
        --min val_loss -n 40 -- python3 ridge.py --basis {basis} --smooth {smooth} --rough {rough}

It prints {"val_loss": 0.05, "gradient": {"smooth": -0.01, "rough": 0.002}}: by how much the loss changes with each
parameter, by the parameter's own name and in its own units (not in those of its logarithm). `basis` has no derivative;
Fettle's model chooses it.

The weights w solve (X'X + P) w = X'y, where P holds the penalties on the diagonal. With the loss L over the validation
points and q the solution of (X'X + P) q = dL/dw, the derivative by a penalty is minus the sum of q_j w_j over the
weights that it holds: so the derivatives cost one more solve, whatever their number.
"""

import argparse
import json
import math
import random

FEATURES = 16
SMOOTH = 5  # so many of the features are smooth ones, with a penalty of their own


def features(x, basis):
    if basis == "cosine":
        return [math.cos(math.pi * k * (x + 1) / 2) for k in range(FEATURES)]
    legendre = [1.0, x]
    for k in range(1, FEATURES - 1):
        legendre.append(((2 * k + 1) * x * legendre[k] - k * legendre[k - 1]) / (k + 1))
    return legendre


def points(count, rng):
    xs = [rng.uniform(-1, 1) for _ in range(count)]
    return xs, [math.sin(4 * x) + 0.3 * math.cos(9 * x) + rng.gauss(0, 0.3) for x in xs]


def solve(matrix, right):
    """Gaussian elimination; the matrix is positive definite, so no pivoting."""
    n = len(right)
    rows = [row[:] + [b] for row, b in zip(matrix, right)]
    for k in range(n):
        for i in range(k + 1, n):
            factor = rows[i][k] / rows[k][k]
            for j in range(k, n + 1):
                rows[i][j] -= factor * rows[k][j]
    solution = [0.0] * n
    for k in reversed(range(n)):
        known = sum(rows[k][j] * solution[j] for j in range(k + 1, n))
        solution[k] = (rows[k][n] - known) / rows[k][k]
    return solution


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--basis", choices=["polynomial", "cosine"], required=True)
    parser.add_argument("--smooth", type=float, required=True)
    parser.add_argument("--rough", type=float, required=True)
    args = parser.parse_args()

    rng = random.Random(0)
    (train_x, train_y), (val_x, val_y) = points(30, rng), points(60, rng)
    train = [features(x, args.basis) for x in train_x]
    val = [features(x, args.basis) for x in val_x]

    columns = list(zip(*train))
    penalties = [args.smooth] * SMOOTH + [args.rough] * (FEATURES - SMOOTH)
    matrix = [[dot(a, b) + (penalties[i] if i == j else 0) for j, b in enumerate(columns)]
              for i, a in enumerate(columns)]
    weights = solve(matrix, [dot(column, train_y) for column in columns])

    errors = [dot(row, weights) - y for row, y in zip(val, val_y)]
    by_weight = [2 * dot(column, errors) / len(errors) for column in zip(*val)]
    q = solve(matrix, by_weight)
    print(json.dumps({
        "val_loss": dot(errors, errors) / len(errors),
        "gradient": {
            "smooth": -dot(q[:SMOOTH], weights[:SMOOTH]),
            "rough": -dot(q[SMOOTH:], weights[SMOOTH:]),
        },
    }))


if __name__ == "__main__":
    main()
