/**
 * The engine of gradients on `@jax-js/jax` 0.1.25, loaded when it is first asked for.
 *
 * Its hazards and what guards against them: gradients of gradients are never formed (`engine.ts`); single precision
 * only, since compiled double precision reads past its buffers; work is awaited (`ready`); outputs and arguments are
 * referenced, never consumed. `conformance.ts` checks every operation in the patterns that are used.
 */
import { messageOf, UnsupportedError } from "../errors.ts";
import type { NdArray } from "./arrays.ts";
import type { Engine, Program, Tensor } from "./engine.ts";
import { Expr, facade, type Raw, type RawOps, type Unary } from "./expression.ts";

/** The version whose results the conformance checks have proved. */
export const JAX_VERSION = "0.1.25";

type Jax = typeof import("@jax-js/jax");
type Value = InstanceType<Jax["Array"]>;

export interface JaxOptions {
  /** "cpu" interprets: for checks only. "webgpu" is not proved. @default "wasm" */
  readonly device?: "wasm" | "cpu" | "webgpu";
  /** How the library is loaded; for bundlers that need it said. */
  readonly load?: () => Promise<unknown>;
}

const engines = new Map<string, Promise<Engine>>();

/**
 * The engine on jax-js.
 *
 * @throws {UnsupportedError} where the library is not installed, or this platform lacks what it needs
 * @example
 * ```ts
 * const engine = await jaxEngine();
 * ```
 */
export function jaxEngine({ device = "wasm", load }: JaxOptions = {}): Promise<Engine> {
  if (load !== undefined) return open(device, load);
  let engine = engines.get(device);
  if (engine === undefined) {
    engine = open(device, () => import("@jax-js/jax"));
    engines.set(device, engine);
    engine.catch(() => engines.delete(device)); // so that it may be tried again once it is installed
  }
  return engine;
}

async function open(device: "wasm" | "cpu" | "webgpu", load: () => Promise<unknown>): Promise<Engine> {
  // Node 22 has no half-precision arrays; the library only asks whether something is one.
  const scope = globalThis as { Float16Array?: unknown };
  scope.Float16Array ??= class Float16Array {};
  const jax = await (load() as Promise<Jax>).catch((cause: unknown) => {
    throw new UnsupportedError(
      `gradients need the library @jax-js/jax, which could not be loaded (${messageOf(cause)}); ` +
        `install it with npm install @jax-js/jax@${JAX_VERSION}`,
      { cause },
    );
  });
  const found = await jax.init(device);
  if (!found.includes(device))
    throw new UnsupportedError(`@jax-js/jax has no device "${device}" here; it has ${found.join(", ")}`);
  jax.defaultDevice(device);
  return adapt(jax, device);
}

function adapt(jax: Jax, device: string): Engine {
  const ops = rawOps(jax);
  const expr = (raw: Raw) => new Expr(ops, raw);
  const exprs = (values: readonly Value[]) => values.map(expr);
  /** Another reference to each, for a library that consumes what it is given. */
  const shared = (list: readonly Expr[]) => list.map(({ raw }) => (raw as Value).ref);
  const group = (tensors: readonly Tensor[]) => tensors.map((tensor) => (tensor as Value).ref);
  const body =
    (f: (...groups: Expr[][]) => readonly (readonly Expr[])[]) =>
    (...groups: Value[][]) =>
      f(...groups.map(exprs)).map(shared);

  return {
    name: `@jax-js/jax ${JAX_VERSION} (${device})`,
    $: facade(ops),
    tensor({ values, shape }: NdArray) {
      const flat = jax.numpy.array(values.slice() as Float32Array<ArrayBuffer>);
      return flat.reshape([...shape]);
    },
    async read(tensor) {
      const numbers = await (tensor as Value).ref.data();
      return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers as ArrayLike<number>);
    },
    async ready(tensors) {
      await jax.blockUntilReady(tensors as Value[]);
    },
    share: (tensors) => group(tensors) as Tensor[],
    dispose(tensors) {
      for (const tensor of tensors) (tensor as Value).dispose();
    },
    compile(f): Program {
      const compiled = jax.jit(body(f) as (...groups: Value[][]) => Value[][]);
      return (...groups) => compiled(...groups.map(group)) as Tensor[][];
    },
    interpret(f): Program {
      return (...groups) => body(f)(...groups.map(group)) as Tensor[][];
    },
    gradient(f, at) {
      const [value, gradient] = jax.valueAndGrad((x: Value[]) => (f(exprs(x)).raw as Value).ref)(shared(at));
      return { value: expr(value), gradient: exprs(gradient as Value[]) };
    },
    derivative(f, at, direction) {
      const [values, tangents] = jax.jvp(
        (x: Value[]) => shared(f(exprs(x))),
        [shared(at)],
        [shared(direction)],
      ) as [Value[], Value[]];
      for (const value of values) value.dispose();
      return exprs(tangents);
    },
  };
}

function rawOps(jax: Jax): RawOps {
  const { numpy: np, nn, lax } = jax;
  const unary: Record<Unary, (x: Value) => Value> = {
    neg: (x) => x.neg(),
    exp: np.exp,
    expm1: np.expm1,
    log: np.log,
    log1p: np.log1p,
    sqrt: np.sqrt,
    square: np.square,
    abs: np.absolute,
    reciprocal: np.reciprocal,
    sin: np.sin,
    cos: np.cos,
    tanh: np.tanh,
    sigmoid: nn.sigmoid,
    logSigmoid: nn.logSigmoid,
    softplus: nn.softplus,
    relu: nn.relu,
    elu: (x) => nn.elu(x),
    silu: nn.silu,
    gelu: (x) => nn.gelu(x),
    stopGradient: lax.stopGradient,
  };
  const ref = (x: Raw) => (x as Value).ref;
  const refOr = (x: Raw | number) => (typeof x === "number" ? x : ref(x));
  return {
    shape: (x) => (x as Value).shape,
    isFloat: (x) => String((x as Value).dtype).startsWith("float"),
    unary: (name, x) => unary[name](ref(x)),
    binary(name, x, y) {
      const [a, b] = [ref(x), refOr(y) as Value];
      switch (name) {
        case "maximum":
          return np.maximum(a, b);
        case "minimum":
          return np.minimum(a, b);
        case "dot":
          return np.dot(a, b);
        default:
          return a[name](b);
      }
    },
    reduce(name, x, axis, keepdims) {
      const a = ref(x);
      if (name === "logSumExp") return nn.logsumexp(a, axis ?? null, { keepdims });
      return a[name](axis ?? null, { keepdims });
    },
    normalise: (name, x, axis) => nn[name](ref(x), axis),
    reshape: (x, shape) => ref(x).reshape([...shape]),
    transpose: (x, order) => ref(x).transpose(order && [...order]),
    slice: (x, ranges) => ref(x).slice(...ranges.map(([from, to]): [number, number] => [from, to])),
    take: (x, indices) => ref(x).slice(ref(indices)),
    concat: (parts, axis) => np.concatenate(parts.map(ref), axis),
    where: (mask, x, y) => np.where(ref(mask), refOr(x), refOr(y)),
    conv2d: (x, kernel, stride, padding) => lax.convGeneralDilated(ref(x), ref(kernel), [...stride], padding),
    maxPool2d: (x, size) =>
      lax.reduceWindow(ref(x), (window) => np.max(window), [1, 1, size, size], [1, 1, size, size]),
    constant: (value) => np.array(value, { dtype: np.float32 }),
  };
}
