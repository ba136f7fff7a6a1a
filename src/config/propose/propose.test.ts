import { describe, expect, test } from "vitest";
import { readConfigText } from "../file.ts";
import { readParameters } from "../parameters.ts";
import { readHelp } from "./help.ts";
import { proposalText, propose } from "./propose.ts";

const ARGPARSE = `usage: train.py [-h] [--lr LR] [--batch-size N] [--epochs EPOCHS]
                [--optimizer {sgd,adam,adamw}] [--weight-decay WEIGHT_DECAY]
                [--seed SEED] [--amp | --no-amp] [--nesterov]
                data

Train a network, and print val_loss after every epoch.

positional arguments:
  data                  folder of images

options:
  -h, --help            show this help message and exit
  --lr LR               learning rate (default: 0.003)
  --batch-size N, -b N  input batch size for training (default: 64)
  --test-batch-size N   input batch size for testing (default: 1000)
  --epochs EPOCHS       number of passes; the more the better, but see
                        --patience (default: 20)
  --optimizer {sgd,adam,adamw}
                        which optimizer (default: adam)
  --weight-decay WEIGHT_DECAY
                        (default: 0)
  --dropout P           dropout rate
  --sharpness X         how sharp it is (default: 2.5)
  --seed SEED           (default: 1)
  --amp, --no-amp       mixed precision (default: False)
  --batch-norm, --no-batch-norm
                        (default: True)
  --nesterov            use Nesterov's momentum (default: False)
`;

const CLICK = `Usage: train.py [OPTIONS]

Options:
  --learning-rate FLOAT           Step size.  [default: 0.5]
  --layers INTEGER RANGE          Hidden layers.  [default: 2; 1<=x<=4]
  --hidden-size INTEGER           [default: 1024]
  --activation [relu|tanh|gelu]   [default: relu]
  --nesterov / --no-nesterov      [default: no-nesterov]
  --momentum FLOAT RANGE          [0<=x<=1]
  --device [cpu|cuda]             [default: cpu]
  --metric [accuracy|f1]          [default: accuracy]
  --help                          Show this message and exit.
`;

const CLAP = `Trains a gradient booster

Usage: boost [OPTIONS] <DATA>

Arguments:
  <DATA>  CSV file

Options:
  -l, --learning-rate <LEARNING_RATE>  Shrinkage [default: 0.1]
      --max-depth <MAX_DEPTH>          Depth of each tree [default: 6]
      --subsample <SUBSAMPLE>
          Share of the rows of each tree

          [default: 1]
      --booster <BOOSTER>              [default: gbtree] [possible values: gbtree, dart]
  -v, --verbose...                     More output
  -h, --help                           Print help
`;

const DOCOPT = `Fit.

Usage:
  fit.py <data> [--rate=<r>] [--C=<c>] [--fast]
  fit.py (-h | --help)

Options:
  -h --help          Show this screen.
  --dropout=<p>      Dropout [default: 0.3].
  --n-estimators=<n>  Trees [default: 200].
`;

/** The parameters by name as the file says them, which is read as users' files are. */
function read(words: readonly string[], help: string) {
  const file = readConfigText(proposalText(words, propose(help)), "fettle.yaml");
  expect(file.warnings).toEqual([]);
  return { params: readParameters(file), config: file.config };
}

describe("a configuration from", () => {
  test("argparse", () => {
    const { params, config } = read(["python", "train.py", "images", "--help"], ARGPARSE);
    expect(params).toEqual({
      lr: { type: "float", low: 1e-5, high: 0.1, log: true, default: 0.003 },
      batch_size: { type: "int", low: 16, high: 256, log: true, default: 64 },
      epochs: { type: "int", low: 5, high: 100, log: true, default: 20 },
      optimizer: { type: "categorical", choices: ["sgd", "adam", "adamw"], default: "adam" },
      weight_decay: { type: "float", low: 1e-6, high: 0.1, log: true },
      dropout: { type: "float", low: 0, high: 0.5 },
      batch_norm: {
        type: "categorical",
        choices: ["--batch-norm", "--no-batch-norm"],
        default: "--batch-norm",
      },
    });
    expect(config.command).toBe(
      "python train.py images --lr {lr} --batch-size {batch_size} --epochs {epochs} --optimizer {optimizer} --weight-decay {weight_decay} --dropout {dropout} {batch_norm}",
    );
    expect(config.metric).toEqual({ name: "val_loss", goal: "minimize" });
    const text = proposalText(["x"], propose(ARGPARSE));
    expect(text).toMatch(/^ {2}# sharpness: 0\.625\.\.10:log:default=2\.5 # a guess/m);
    expect(text).toMatch(/^ {2}# --nesterov is a switch/m);
    expect(text).not.toMatch(/seed|test_batch_size|amp/);
  });

  test("click", () => {
    const { params, config } = read(["./train.py", "--help"], CLICK);
    expect(params).toEqual({
      learning_rate: { type: "float", low: 1e-5, high: 2, log: true, default: 0.5 },
      layers: { type: "int", low: 1, high: 4, default: 2 },
      hidden_size: { type: "int", low: 16, high: 4096, log: true, default: 1024 },
      activation: { type: "categorical", choices: ["relu", "tanh", "gelu"], default: "relu" },
      nesterov: {
        type: "categorical",
        choices: ["--nesterov", "--no-nesterov"],
        default: "--no-nesterov",
      },
      momentum: { type: "float", low: 0.5, high: 0.99 },
    });
    expect(config.metric).toEqual({ name: "accuracy", goal: "maximize" });
  });

  test("clap", () => {
    const { params, config } = read(["target/release/boost", "data.csv", "-h"], CLAP);
    expect(params).toEqual({
      learning_rate: { type: "float", low: 1e-5, high: 0.1, log: true, default: 0.1 },
      max_depth: { type: "int", low: 2, high: 12, default: 6 },
      subsample: { type: "float", low: 0.4, high: 1, default: 1 },
      booster: { type: "categorical", choices: ["gbtree", "dart"], default: "gbtree" },
    });
    expect(config.metric).toBeUndefined();
    expect(proposalText(["x"], propose(CLAP))).toMatch(/^# metric: \{ name: val_loss/m);
  });

  test("docopt, and what only its usage has", () => {
    const { params } = read(["python", "fit.py", "data.csv", "--help"], DOCOPT);
    expect(params).toEqual({
      dropout: { type: "float", low: 0, high: 0.5, default: 0.3 },
      n_estimators: { type: "int", low: 50, high: 1000, log: true, default: 200 },
      c: { type: "float", low: 1e-3, high: 1e3, log: true },
    });
  });
});

describe("options as", () => {
  test.each([
    [
      "commander writes them",
      '  -o, --optimizer <name>  which one (choices: "sgd", "adam", default: "adam")',
      { flag: "--optimizer", takesValue: true, choices: ["sgd", "adam"], default: "adam" },
    ],
    [
      "yargs writes them",
      "      --lr       learning rate               [number] [default: 0.01]",
      { flag: "--lr", takesValue: true, kind: "float", default: "0.01" },
    ],
    [
      "Go writes them",
      "  -lr float\n    \tlearning rate (default 0.01)",
      { flag: "-lr", takesValue: true, kind: "float", default: "0.01" },
    ],
    [
      "absl writes them",
      "  --learning_rate: Learning rate.\n    (default: '0.1')\n    (a number)",
      { flag: "--learning_rate", takesValue: true, kind: "float", default: "0.1" },
    ],
    [
      "typer draws them",
      "│ *  --lr        FLOAT  Learning rate [default: 0.01] │",
      { flag: "--lr", takesValue: true, kind: "float", default: "0.01" },
    ],
    ["switches", "  --fast    go faster", { flag: "--fast", takesValue: false }],
  ])("%s", (_, text, option) => {
    expect(readHelp(text)).toEqual([option]);
  });

  test("none: it says what to give", () => {
    expect(() => propose("Hello\nworld - not --\n")).toThrow(/it printed no options/);
  });

  test("braces of a command are kept as they are", () => {
    expect(proposalText(["run", "{a}", "--help"], propose("  --lr X"))).toContain(
      "\"run '{{a}}' --lr {lr}\"",
    );
  });
});
