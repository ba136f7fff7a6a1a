"""Hyperband with checkpoints, in plain Python 3: a small network learns to read noisy digits.

    fettle run        (in this folder; fettle.yaml says what is tuned and how)

Each trial pauses after a few epochs; only the best go on, from where they stopped. All that a program does for this:

  FETTLE_BUDGET          the epoch to train to this time
  FETTLE_RESUME_FROM     if it is set: the folder of the checkpoint to go on from
  FETTLE_CHECKPOINT_DIR  where checkpoints go: the folder <epoch>/ is finished before that epoch is reported
  a line of JSON         {"step": epoch, "val_loss": ...} after each epoch

Without Fettle it trains from the first epoch to the last: python3 train.py --lr 0.1
"""

import argparse
import json
import math
import os
import random

EPOCHS = 27

GLYPHS = [
    "01110 10001 10011 10101 11001 10001 01110",
    "00100 01100 00100 00100 00100 00100 01110",
    "01110 10001 00001 00110 01000 10000 11111",
    "11111 00010 00100 00010 00001 10001 01110",
    "00010 00110 01010 10010 11111 00010 00010",
    "11111 10000 11110 00001 00001 10001 01110",
    "00110 01000 10000 11110 10001 10001 01110",
    "11111 00001 00010 00100 01000 01000 01000",
    "01110 10001 10001 01110 10001 10001 01110",
    "01110 10001 10001 01111 00001 00010 01100",
]


def digits(count, rng):
    """Pictures of 35 grey dots with noise, a tenth of the dots flipped, and the digits that they show."""
    pairs = []
    for i in range(count):
        dots = [float(dot) for dot in GLYPHS[i % 10].replace(" ", "")]
        flipped = [1 - dot if rng.random() < 0.1 else dot for dot in dots]
        pairs.append(([dot + rng.gauss(0, 0.4) - 0.5 for dot in flipped], i % 10))
    return pairs


class Network:
    """35 inputs, one hidden layer, 10 classes; stochastic gradient descent with momentum and weight decay."""

    def __init__(self, hidden, rng):
        self.layers = [
            [[rng.gauss(0, 1 / 6) for _ in range(36)] for _ in range(hidden)],
            [[rng.gauss(0, 1 / math.sqrt(hidden)) for _ in range(hidden + 1)] for _ in range(10)],
        ]
        self.speeds = [[[0.0] * len(row) for row in layer] for layer in self.layers]

    def forward(self, dots):
        inputs = dots + [1.0]
        hidden = [math.tanh(sum(map(float.__mul__, row, inputs))) for row in self.layers[0]] + [1.0]
        logits = [sum(map(float.__mul__, row, hidden)) for row in self.layers[1]]
        largest = max(logits)
        exps = [math.exp(logit - largest) for logit in logits]
        total = sum(exps)
        return inputs, hidden, [e / total for e in exps]

    def learn(self, dots, label, lr, momentum, decay):
        inputs, hidden, probabilities = self.forward(dots)
        errors = probabilities[:]
        errors[label] -= 1
        back = [
            (1 - unit * unit) * sum(error * row[i] for error, row in zip(errors, self.layers[1]))
            for i, unit in enumerate(hidden[:-1])
        ]
        for layer, speeds, slopes, values in (
            (self.layers[0], self.speeds[0], back, inputs),
            (self.layers[1], self.speeds[1], errors, hidden),
        ):
            for row, speed, slope in zip(layer, speeds, slopes):
                for j, value in enumerate(values):
                    speed[j] = momentum * speed[j] - lr * (slope * value + decay * row[j])
                    row[j] += speed[j]

    def loss(self, pairs):
        return -sum(math.log(max(1e-9, self.forward(dots)[2][label])) for dots, label in pairs) / len(pairs)


def save(network, epoch):
    folder = os.environ.get("FETTLE_CHECKPOINT_DIR")
    if folder is None or os.path.exists(os.path.join(folder, str(epoch))):
        return  # an attempt that was paused got as far, and did not report it
    unfinished = os.path.join(folder, f"{epoch}.part")
    os.makedirs(unfinished, exist_ok=True)
    with open(os.path.join(unfinished, "network.json"), "w") as file:
        json.dump({"epoch": epoch, "layers": network.layers, "speeds": network.speeds}, file)
    os.rename(unfinished, os.path.join(folder, str(epoch)))


def resume(network):
    """The epoch that the checkpoint stands for, and its weights in the network; 0 where there is none."""
    folder = os.environ.get("FETTLE_RESUME_FROM")
    if folder is None:
        return 0
    with open(os.path.join(folder, "network.json")) as file:
        saved = json.load(file)
    network.layers, network.speeds = saved["layers"], saved["speeds"]
    return saved["epoch"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, required=True)
    parser.add_argument("--momentum", type=float, default=0.5)
    parser.add_argument("--decay", type=float, default=1e-4)
    parser.add_argument("--hidden", type=int, default=8)
    args = parser.parse_args()

    rng = random.Random(0)
    train, validation = digits(150, rng), digits(150, rng)
    network = Network(args.hidden, rng)
    begun = resume(network)
    budget = int(os.environ.get("FETTLE_BUDGET", EPOCHS))
    for epoch in range(begun + 1, budget + 1):
        order = random.Random(epoch).sample(train, len(train))  # the same whether it was paused or not
        for dots, label in order:
            network.learn(dots, label, args.lr, args.momentum, args.decay)
        save(network, epoch)
        print(json.dumps({"step": epoch, "val_loss": network.loss(validation)}), flush=True)


if __name__ == "__main__":
    main()
