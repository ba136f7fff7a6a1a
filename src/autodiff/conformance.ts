/**
 * What an engine of gradients must get right, for any test runner: each operation's gradient and second derivative,
 * compiled and interpreted, against finite differences of one order less. Second-order patterns that are not here
 * are not used: jax-js is silently wrong in some.
 */
import { NumericalError } from "../errors.ts";
import { exp } from "../math/elementary.ts";
import { array, type NdArray, sizeOf } from "./arrays.ts";
import { type Engine, type Program, secondOrder, type Tensor } from "./engine.ts";
import type { Expr, Ops } from "./expression.ts";

/** Something that must hold of an engine; `run` throws if it does not. */
export interface AutodiffCheck {
  readonly name: string;
  run(engine: Engine): Promise<void>;
}

/** Step of central differences: with single precision, truncation and rounding both stay below 1e-4. */
const STEP = 1e-2;
/** Of the norm of what is compared, plus one. */
const DIFFERENCE_TOLERANCE = 3e-3;
/** Between compiled and interpreted, which only sum in another order. */
const COMPILED_TOLERANCE = 2e-5;

type Operation = ($: Ops, x: Expr, constant: Expr) => Expr;

/** Every operation, as a function of x, shape (3, 3), between 0.1 and 0.9; `m` is a constant of the same shape. */
const operations: Record<string, Operation> = {
  add: (_, x, m) => x.add(m).mul(x),
  sub: (_, x, m) => x.sub(m).mul(x),
  mul: (_, x, m) => x.mul(m).mul(x),
  div: (_, x, m) => m.div(x.add(0.5)),
  maximum: (_, x, m) => x.square().maximum(m),
  minimum: (_, x, m) => x.square().minimum(m),
  dot: (_, x, m) => x.dot(x.dot(m)),
  "dot with a vector": (_, x) => x.dot(x.slice([0, 1]).reshape([3])),
  neg: (_, x) => x.square().neg(),
  exp: (_, x) => x.exp(),
  expm1: ($, x) => $.expm1(x),
  log: (_, x) => x.log(),
  log1p: ($, x) => $.log1p(x),
  sqrt: (_, x) => x.sqrt(),
  square: (_, x) => x.square(),
  abs: (_, x) => x.sub(0.45).abs().mul(x),
  reciprocal: ($, x) => $.reciprocal(x.add(0.5)),
  sin: ($, x) => $.sin(x),
  cos: ($, x) => $.cos(x),
  tanh: ($, x) => $.tanh(x),
  sigmoid: ($, x) => $.sigmoid(x),
  logSigmoid: ($, x) => $.logSigmoid(x),
  softplus: ($, x) => $.softplus(x),
  relu: ($, x) => $.relu(x.sub(0.45)).square(),
  elu: ($, x) => $.elu(x.sub(0.45)).square(),
  silu: ($, x) => $.silu(x),
  gelu: ($, x) => $.gelu(x),
  sum: (_, x) => x.sum(1).square(),
  "sum, kept": (_, x) => x.mul(x.sum(0, true)),
  mean: (_, x) => x.mean(1).square(),
  max: (_, x) => x.max(1).square(),
  min: (_, x) => x.min(0).square(),
  logSumExp: (_, x) => x.logSumExp(1),
  softmax: ($, x) => $.softmax(x).square(),
  "softmax over rows": ($, x) => $.softmax(x, 0).square(),
  logSoftmax: ($, x) => $.logSoftmax(x).square(),
  crossEntropy: ($, x, m) => $.crossEntropy(x.mul(3), m),
  reshape: (_, x) => x.reshape([9]).square(),
  transpose: (_, x) => x.dot(x.transpose()),
  slice: (_, x) => x.slice([0, 2], [1, 3]).square(),
  concat: ($, x) => $.concat([x, x.square()]).square(),
  where: ($, x) => $.where(x.greater(0.45), x.square(), x.mul(2)),
  mix: ($, x) =>
    $.mix(
      { a: x.slice([0, 1], [0, 1]).reshape([]), b: x.slice([1, 2], [0, 1]).reshape([]) },
      { a: $.tanh(x), b: x.square() },
    ),
  conv2d: ($, x, m) =>
    $.conv2d(x.reshape([1, 1, 3, 3]), m.slice([0, 2], [0, 2]).reshape([1, 1, 2, 2])).square(),
  "conv2d, same": ($, x, m) =>
    $.conv2d(x.reshape([1, 1, 3, 3]), m.slice([0, 2], [0, 2]).reshape([1, 1, 2, 2]), 1, "SAME").square(),
  maxPool2d: ($, x) => $.maxPool2d($.concat([x, x]).slice([0, 4], [0, 2]).reshape([1, 1, 4, 2]), 2).square(),
  "an axis of length one": (_, x) => x.sum(1, true).mul(x.mean()).sum(1).square(),
  "a scalar in all": (_, x) => x.mul(x.slice([0, 1], [0, 1]).reshape([]).exp()),
  "a network": ($, x, m) => $.logSoftmax($.tanh(x.dot(m)).dot(x)).mul(m),
};

/** Points without ties or kinks within the step of the differences. */
const AT = [0.31, 0.52, 0.73, 0.64, 0.25, 0.16, 0.87, 0.18, 0.39];
const CONSTANT = [0.3, -0.2, 0.5, 0.7, 0.12, -0.4, 0.2, 0.6, 0.9];
const TOWARDS = [0.4, -0.7, 0.2, 0.5, -0.3, 0.6, -0.1, 0.8, -0.5];

export const autodiffChecks: readonly AutodiffCheck[] = [
  ...Object.entries(operations).map(([name, operation]) => ({
    name: `${name}: gradient and second derivative`,
    run: (engine: Engine) => checkOperation(engine, operation),
  })),
  { name: "take: rows by index", run: checkTake },
  { name: "mixed derivatives of a network with scalar and tensor hyperparameters", run: checkMixed },
  ...[[1], [1, 1], [5, 1], [1, 5], [3, 7], [129]].map((shape) => ({
    name: `gradient of an elementwise update, shape [${shape}]`,
    run: (engine: Engine) => checkUpdate(engine, shape),
  })),
  { name: "stopGradient: held fixed", run: checkStop },
  { name: "arguments stay valid, and memory is freed", run: checkMemory },
];

async function checkOperation(engine: Engine, operation: Operation): Promise<void> {
  const scalar = ([x]: Expr[], constants: Expr[]) => {
    const result = operation(engine.$, x, constants[0]);
    const weights = constants[1].slice([0, sizeOf(result.shape)]);
    return result
      .reshape([sizeOf(result.shape)])
      .mul(weights)
      .sum();
  };
  const weights = Array.from({ length: 18 }, (_, i) => 1 / (1 + exp(-(((i * 7) % 5) - 2))));
  await checkScalar(engine, scalar, [array(AT, [3, 3])], [array(CONSTANT, [3, 3]), array(weights)], TOWARDS);
}

async function checkTake(engine: Engine): Promise<void> {
  const scalar = ([x]: Expr[], [indices, weights]: Expr[]) => x.take(indices).square().mul(weights).sum();
  const constants = [array(Int32Array.of(0, 2, 2)), array(CONSTANT, [3, 3])];
  await checkScalar(engine, scalar, [array(AT, [3, 3])], constants, TOWARDS);
}

/** Gradient against differences of values, second derivative against differences of gradients. */
async function checkScalar(
  engine: Engine,
  scalar: (x: Expr[], constants: Expr[]) => Expr,
  x: readonly NdArray[],
  constants: readonly NdArray[],
  towards: readonly number[],
): Promise<void> {
  const first = (at: Expr[], c: Expr[]) => {
    const { value, gradient } = engine.gradient((y) => scalar(y, c), at);
    return [[value], gradient];
  };
  const second = (at: Expr[], c: Expr[], d: Expr[]) => [
    secondOrder(engine, (y) => scalar(y, c), at, [], d).inW,
  ];
  const direction = [array(towards, x[0].shape)];
  const moved = (by: number) => [
    array(
      Float32Array.from(x[0].values, (v, i) => v + by * towards[i]),
      x[0].shape,
    ),
  ];
  const results: number[][][] = [];
  for (const make of [engine.compile, engine.interpret]) {
    const [f, g] = [make(first), make(second)];
    const [value, gradient] = await run(engine, f, [x, constants]);
    const [product] = await run(engine, g, [x, constants, direction]);
    const [above, below] = [
      await run(engine, f, [moved(STEP), constants]),
      await run(engine, f, [moved(-STEP), constants]),
    ];
    const slope = gradient.reduce((sum, v, i) => sum + v * towards[i], 0);
    near([slope], [(above[0][0] - below[0][0]) / (2 * STEP)], DIFFERENCE_TOLERANCE, "gradient");
    const bend = above[1].map((v, i) => (v - below[1][i]) / (2 * STEP));
    near(product, bend, DIFFERENCE_TOLERANCE, "second derivative");
    results.push([value, gradient, product]);
  }
  const [compiled, interpreted] = results.map((parts) => parts.flat());
  near(compiled, interpreted, COMPILED_TOLERANCE, "compiled and interpreted");
}

/** The pattern behind every hypergradient: H·a and the mixed derivatives with λ, a scalar, rows and one per weight. */
async function checkMixed(engine: Engine): Promise<void> {
  const loss = ([w, b]: Expr[], [l2, rows, each]: Expr[], [x, y]: Expr[]) => {
    const fit = engine.$.crossEntropy(engine.$.tanh(x.dot(w).add(b)), y);
    return fit
      .add(w.square().sum().mul(l2))
      .add(w.square().mul(rows).mul(each).sum().mul(0.5))
      .add(b.square().sum().mul(l2));
  };
  const [n, d, k] = [6, 4, 3];
  const wave = (count: number, phase: number, scale: number) =>
    Float32Array.from({ length: count }, (_, i) => scale * ((((i * 37 + phase * 11) % 17) - 8) / 8));
  const at = [array(wave(d * k, 1, 0.5), [d, k]), array(wave(k, 2, 0.3))];
  const lambda = [array([0.1], []), array(wave(d, 3, 0.2), [d, 1]), array(wave(d * k, 4, 0.3), [d, k])];
  const targets = Float32Array.from({ length: n * k }, (_, i) => (i % k === ((i / k) | 0) % k ? 1 : 0));
  const data = [array(wave(n * d, 5, 1), [n, d]), array(targets, [n, k])];
  const towards = [array(wave(d * k, 6, 1), [d, k]), array(wave(k, 7, 1))];
  const both = (w: Expr[], l: Expr[], batch: Expr[], a: Expr[]) => {
    const { inW, inLambda } = secondOrder(engine, (v, m) => loss(v, m, batch), w, l, a);
    return [inW, inLambda];
  };
  const gradient = (w: Expr[], l: Expr[], batch: Expr[]) => {
    const all = engine.gradient((v) => loss(v.slice(0, 2), v.slice(2), batch), [...w, ...l]).gradient;
    return [all.slice(0, 2), all.slice(2)];
  };
  const first = engine.compile(gradient);
  const change = [array([0.7], []), array(wave(d, 8, 1), [d, 1]), array(wave(d * k, 9, 1), [d, k])];
  const forward = (w: Expr[], l: Expr[], batch: Expr[], a: Expr[], da: Expr[]) => [
    engine.gradient(
      (v) =>
        engine.derivative(
          (all) => [loss(all.slice(0, 2), all.slice(2), batch)],
          [...v, ...l],
          [...a, ...da],
        )[0],
      w,
    ).gradient,
  ];
  const moved = (from: readonly NdArray[], along: readonly NdArray[], by: number) =>
    from.map(({ values, shape }, i) =>
      array(
        Float32Array.from(values, (v, j) => v + by * along[i].values[j]),
        shape,
      ),
    );
  const slopes = async (l: (by: number) => readonly NdArray[]) => {
    const [above, below] = [
      await run(engine, first, [moved(at, towards, STEP), l(STEP), data]),
      await run(engine, first, [moved(at, towards, -STEP), l(-STEP), data]),
    ];
    return above.map((part, i) => part.map((v, j) => (v - below[i][j]) / (2 * STEP)));
  };
  const fixed = await slopes(() => lambda);
  const together = await slopes((by) => moved(lambda, change, by));
  for (const make of [engine.compile, engine.interpret]) {
    const found = await run(engine, make(both), [at, lambda, data, towards]);
    near(found[0], fixed[0], DIFFERENCE_TOLERANCE, "H·a");
    near(found[1], fixed[1], DIFFERENCE_TOLERANCE, "∂²/∂λ∂w·a");
    const [along] = await run(engine, make(forward), [at, lambda, data, towards, change]);
    near(along, together[0], DIFFERENCE_TOLERANCE, "the gradient's derivative along w and λ");
  }
}

/**
 * A step of Adam, pulled back and pushed forward: the gradient of Σ cotangent · update with respect to tensors and scalars at once. This
 * is where a compiled gradient of a whole training step goes wrong, so the update stands alone.
 */
async function checkUpdate(engine: Engine, shape: readonly number[]): Promise<void> {
  const size = sizeOf(shape);
  const update = ([v, g, rate, decay]: Expr[]) => {
    const kept = v.mul(decay).add(g.square().mul(decay.neg().add(1)));
    return g.mul(rate).div(kept.sqrt().add(1e-3));
  };
  const pull = (x: Expr[], [cotangent]: Expr[]) => [
    engine.gradient((y) => update(y).mul(cotangent).sum(), x).gradient,
  ];
  const values = (x: Expr[], [cotangent]: Expr[]) => [[update(x).mul(cotangent).sum()]];
  const cycle = (from: readonly number[]) => Array.from({ length: size }, (_, i) => from[i % from.length]);
  const x = [
    array(cycle(AT), shape),
    array(cycle(AT.toReversed()), shape),
    array([0.3], []),
    array([0.6], []),
  ];
  const cotangent = array(cycle(TOWARDS), shape);
  const f = engine.compile(values);
  const push = (at: Expr[], along: Expr[]) => [engine.derivative((y) => [update(y)], at, along)];
  const along = x.map(({ values: own, shape: same }, i) =>
    array(
      own.map((_, j) => 0.5 - ((i + j) % 3) / 4),
      same,
    ),
  );
  for (const make of [engine.compile, engine.interpret]) {
    const found = (await run(engine, make(pull), [x, [cotangent]]))[0];
    const [pushed] = await run(engine, make(push), [x, along]);
    const direction = along.flatMap((part) => [...part.values]);
    near(
      [pushed.reduce((sum, v, i) => sum + v * cotangent.values[i], 0)],
      [found.reduce((sum, v, i) => sum + v * direction[i], 0)],
      COMPILED_TOLERANCE * 10,
      "forward and backward through the update",
    );
    const expected: number[] = [];
    // All coordinates are alike, so that the first of each tensor is enough beside the scalars.
    const starts = [0, size, 2 * size, 2 * size + 1];
    for (let part = 0; part < 4; part++) {
      const moved = (by: number) =>
        x.map((a, i) =>
          i === part
            ? array(
                a.values.map((v, j) => (j === 0 ? v + by : v)),
                a.shape,
              )
            : a,
        );
      const step = 2e-3 * (size > 20 ? 4 : 1);
      const [above, below] = [
        await run(engine, f, [moved(step), [cotangent]]),
        await run(engine, f, [moved(-step), [cotangent]]),
      ];
      expected.push((above[0][0] - below[0][0]) / (2 * step));
    }
    near(
      starts.map((at) => found[at]),
      expected,
      DIFFERENCE_TOLERANCE * 2,
      "gradient of the update",
    );
  }
}

async function checkStop(engine: Engine): Promise<void> {
  const f = engine.compile((x: Expr[]) => [
    engine.gradient(([y]) => engine.$.stopGradient(y.square()).mul(y).sum(), x).gradient,
  ]);
  const [gradient] = await run(engine, f, [[array(AT, [3, 3])]]);
  near(
    gradient,
    AT.map((v) => v * v),
    1e-6,
    "gradient",
  );
}

async function checkMemory(engine: Engine): Promise<void> {
  const x = engine.tensor(array(AT, [3, 3]));
  const f = engine.compile(([y]: Expr[]) => [[y.mul(2)], [y]]);
  for (let i = 0; i < 3; i++) {
    const [doubled, same] = f([x]);
    await engine.ready([...doubled, ...same]);
    near(
      [...(await engine.read(doubled[0]))],
      AT.map((v) => 2 * v),
      1e-6,
      "twice x",
    );
    near([...(await engine.read(same[0]))], AT, 1e-6, "x itself");
    engine.dispose([...doubled, ...same]);
  }
  near([...(await engine.read(x))], AT, 1e-6, "x after its use");
  engine.dispose([x]);
}

/** Runs a program on arrays; the numbers of each group of results, one after another. */
async function run(
  engine: Engine,
  program: Program,
  groups: readonly (readonly NdArray[])[],
): Promise<number[][]> {
  const tensors: Tensor[][] = groups.map((group) => group.map((item) => engine.tensor(item)));
  const results = program(...tensors);
  await engine.ready(results.flat());
  const numbers: number[][] = [];
  for (const group of results) {
    const part: number[] = [];
    for (const tensor of group) part.push(...(await engine.read(tensor)));
    numbers.push(part);
  }
  engine.dispose([...results.flat(), ...tensors.flat()]);
  return numbers;
}

function near(actual: readonly number[], expected: readonly number[], tolerance: number, what: string): void {
  const distance = Math.sqrt(expected.reduce((sum, v, i) => sum + (v - actual[i]) ** 2, 0));
  const norm = Math.sqrt(expected.reduce((sum, v) => sum + v * v, 0));
  if (!(distance <= tolerance * (norm + 1)) || actual.length !== expected.length)
    throw new NumericalError(
      `${what}: off by ${distance.toExponential(1)} of ${norm.toPrecision(3)}; ` +
        `[${actual.slice(0, 4).map((v) => v.toPrecision(5))}] where differences give [${expected.slice(0, 4).map((v) => v.toPrecision(5))}]`,
    );
}
