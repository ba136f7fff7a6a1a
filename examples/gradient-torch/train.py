"""Trains a small network with PyTorch and differentiates its validation loss by how it was trained.

    fettle run --sampler gradient -p hidden=4..16:log -p lr=1e-3..1:log -p momentum=0..0.95 -p decay=1e-6..1e-1:log \
        --min val_loss -n 30 -- python3 train.py --hidden {hidden} --lr {lr} --momentum {momentum} --decay {decay}

The training is written as a function: every step makes new weights from the old ones, with create_graph=True, so that
autograd goes back through all of them to the learning rate, the momentum and the weight decay. The last line says what
it found: {"val_loss": 0.3, "gradient": {"lr": -0.4, "momentum": -0.2, "decay": 1.5}}. The number of hidden units has no
derivative; Fettle's model chooses it. tanh and not ReLU, whose kinks make such derivatives unreliable.
"""

import argparse
import json

import torch

STEPS = 60


def ring(count, generator):
    """Points in the plane; the class is whether they lie inside a ring."""
    points = 4 * torch.rand(count, 2, generator=generator) - 2
    radius = points.norm(dim=1)
    return points, ((radius > 0.7) & (radius < 1.6)).double()


def loss(weights, points, labels):
    w1, b1, w2, b2 = weights
    logits = torch.tanh(points @ w1 + b1) @ w2 + b2
    return torch.nn.functional.binary_cross_entropy_with_logits(logits, labels)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hidden", type=int, required=True)
    for name in ["lr", "momentum", "decay"]:
        parser.add_argument(f"--{name}", type=float, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)

    generator = torch.Generator().manual_seed(0)
    train, validation = ring(200, generator), ring(200, generator)
    tuned = {name: torch.tensor(getattr(args, name), requires_grad=True) for name in ["lr", "momentum", "decay"]}

    shapes = [(2, args.hidden), (args.hidden,), (args.hidden,), ()]
    weights = [torch.randn(shape, generator=generator).requires_grad_() for shape in shapes]
    speeds = [torch.zeros(shape) for shape in shapes]
    for _ in range(STEPS):
        gradients = torch.autograd.grad(loss(weights, *train), weights, create_graph=True)
        speeds = [
            tuned["momentum"] * v + g + tuned["decay"] * w for v, g, w in zip(speeds, gradients, weights)
        ]
        weights = [w - tuned["lr"] * v for w, v in zip(weights, speeds)]

    value = loss(weights, *validation)
    slopes = torch.autograd.grad(value, list(tuned.values()))
    print(json.dumps({
        "val_loss": value.item(),
        "gradient": {name: slope.item() for name, slope in zip(tuned, slopes)},
    }))


if __name__ == "__main__":
    main()
