"""Trains a small neural network in plain Python 3 and prints its loss after every epoch.

    fettle run -p lr=1e-3..3:log -p hidden=2..12 -p activation=tanh,relu --min val_loss -n 20 -j 2 \
        -- python3 train.py --lr {lr} --hidden {hidden} --activation {activation}

Nothing here knows of Fettle: it reads the lines "epoch=3 val_loss=0.41".
"""

import argparse
import math
import random


def data(count, rng):
    """Points in the plane; the class is whether they lie inside a ring."""
    points = [(rng.uniform(-2, 2), rng.uniform(-2, 2)) for _ in range(count)]
    return [((x, y), 1.0 if 0.7 < math.hypot(x, y) < 1.6 else 0.0) for x, y in points]


class Network:
    def __init__(self, hidden, activation, rng):
        self.w1 = [[rng.gauss(0, 1) for _ in range(2)] for _ in range(hidden)]
        self.b1 = [rng.gauss(0, 1) for _ in range(hidden)]
        self.w2 = [rng.gauss(0, 1 / math.sqrt(hidden)) for _ in range(hidden)]
        self.b2 = 0.0
        self.tanh = activation == "tanh"

    def forward(self, point):
        sums = [w[0] * point[0] + w[1] * point[1] + b for w, b in zip(self.w1, self.b1)]
        units = [math.tanh(s) if self.tanh else max(0.0, s) for s in sums]
        logit = sum(w * u for w, u in zip(self.w2, units)) + self.b2
        return units, 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))

    def step(self, point, label, lr):
        units, p = self.forward(point)
        error = p - label
        for i, unit in enumerate(units):
            slope = 1 - unit * unit if self.tanh else float(unit > 0)
            back = error * self.w2[i] * slope
            self.w2[i] -= lr * error * unit
            self.w1[i][0] -= lr * back * point[0]
            self.w1[i][1] -= lr * back * point[1]
            self.b1[i] -= lr * back
        self.b2 -= lr * error

    def loss(self, pairs):
        total = 0.0
        for point, label in pairs:
            p = min(1 - 1e-9, max(1e-9, self.forward(point)[1]))
            total -= math.log(p if label else 1 - p)
        return total / len(pairs)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, required=True)
    parser.add_argument("--hidden", type=int, required=True)
    parser.add_argument("--activation", choices=["tanh", "relu"], required=True)
    parser.add_argument("--epochs", type=int, default=15)
    args = parser.parse_args()

    rng = random.Random(0)
    train, validation = data(300, rng), data(200, rng)
    network = Network(args.hidden, args.activation, rng)
    for epoch in range(1, args.epochs + 1):
        rng.shuffle(train)
        for point, label in train:
            network.step(point, label, args.lr)
        print(f"epoch={epoch} val_loss={network.loss(validation):.5f}", flush=True)


if __name__ == "__main__":
    main()
