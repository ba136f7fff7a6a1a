/**
 * All hyperparameters as one vector, on the scale on which they are changed, and back.
 */
import { array, type Flat, flatten, isNdArray, type NdArray, sizeOf, type Tree } from "../autodiff/arrays.ts";
import type { Expr } from "../autodiff/expression.ts";
import { InvalidInputError } from "../errors.ts";
import { exp, log } from "../math/elementary.ts";
import { rng } from "../random.ts";
import type { Hyper, Hypers, HyperValue, HyperValues } from "./hyper.ts";

/** An array within the vector. */
export interface HyperLeaf {
  readonly hyper: string;
  /** For messages: `l2.w`, `act.relu`, `lr.0`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/** An input of the compiled functions: one leaf, or the one of a learned schedule that is its turn. */
export interface Slot {
  readonly hyper: string;
  readonly leaves: readonly number[];
}

export interface Layout {
  /** How many numbers there are. */
  readonly size: number;
  readonly leaves: readonly HyperLeaf[];
  readonly slots: readonly Slot[];
  readonly start: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** What a step of the trust region's length is, in each number's own scale. */
  readonly unit: Float64Array;
  /** From the scale of change to what losses see. */
  natural(u: Float64Array): Float64Array;
  /** The derivative by u, from that by the natural values. */
  chain(u: Float64Array, inNatural: Float64Array): Float64Array;
  /** The derivative by single numbers' natural values, by name, from that by u. */
  byName(u: Float64Array, inU: Float64Array): Record<string, number>;
  /** The scale of change for values by name; others start as they would. @throws {InvalidInputError} */
  encode(values: HyperValues): Float64Array;
  /** Natural values by name. */
  decode(u: Float64Array): HyperValues;
  /** What losses see, of an expression for each slot; `used` hears of each that is looked at. */
  view(slots: readonly Expr[], used?: (slot: number) => void): Record<string, unknown>;
  /** Which leaf is in each slot at a step. */
  at(step: number, steps: number): readonly number[];
}

/** A sigmoid this far out is within 1e-6 of its bound; further, its gradient vanishes. */
const LOGIT_LIMIT = 14;
const MIX_LIMIT = 10;
/** Relative error of exp after log, with room. */
const ROUNDING = 1e-13;

export function layout(hypers: Hypers, params: Flat<NdArray>, seed: number): Layout {
  const leaves: HyperLeaf[] = [];
  const slots: Slot[] = [];
  let size = 0;
  for (const [hyper, spec] of Object.entries(hypers)) {
    const add = (name: string, shape: readonly number[]) => {
      leaves.push({ hyper, name, shape, offset: size, size: sizeOf(shape) });
      size += sizeOf(shape);
      return leaves.length - 1;
    };
    if (spec.choices !== undefined)
      for (const choice of spec.choices) slots.push({ hyper, leaves: [add(`${hyper}.${choice}`, [])] });
    else if (spec.like === "params")
      params.leaves.forEach(({ shape }, i) => {
        slots.push({ hyper, leaves: [add(`${hyper}.${params.names[i]}`, shape)] });
      });
    else if (spec.windows !== undefined)
      slots.push({
        hyper,
        leaves: Array.from({ length: spec.windows }, (_, window) => add(`${hyper}.${window}`, [])),
      });
    else slots.push({ hyper, leaves: [add(hyper, spec.shape ?? [])] });
  }
  const specs = leaves.map(({ hyper }) => hypers[hyper]);
  const fill = (value: (spec: Hyper, leaf: HyperLeaf) => number) => {
    const out = new Float64Array(size);
    leaves.forEach((leaf, i) => {
      out.fill(value(specs[i], leaf), leaf.offset, leaf.offset + leaf.size);
    });
    return out;
  };
  const noise = new Float64Array(size);
  const random = rng(seed, "gumbel");
  leaves.forEach((leaf, i) => {
    if (specs[i].gumbel) noise[leaf.offset] = -log(-log((random.bits() + 0.5) / 2 ** 32));
  });
  const groups = mixes(leaves, hypers);

  const natural = (u: Float64Array) => {
    const out = new Float64Array(size);
    leaves.forEach(({ offset, size: count }, i) => {
      for (let j = offset; j < offset + count; j++) out[j] = toNatural(specs[i], u[j]);
    });
    for (const { first, count, temperature } of groups) {
      const scores = Array.from({ length: count }, (_, k) => (u[first + k] + noise[first + k]) / temperature);
      const top = Math.max(...scores);
      const parts = scores.map((score) => exp(score - top));
      const total = parts.reduce((sum, part) => sum + part, 0);
      parts.forEach((part, k) => {
        out[first + k] = part / total;
      });
    }
    return out;
  };

  const encode = (values: HyperValues) => {
    for (const name of Object.keys(values))
      if (hypers[name] === undefined)
        throw new InvalidInputError(
          `there is no hyperparameter ${JSON.stringify(name)}; there are ${Object.keys(hypers).join(", ")}`,
        );
    const u = fill(startOf);
    for (const [hyper, given] of Object.entries(values)) {
      const own = leaves.filter((leaf) => leaf.hyper === hyper);
      const parts = partsOf(hypers[hyper], hyper, given, own.length);
      own.forEach((leaf, k) => {
        const part = parts[k];
        if (typeof part !== "number" && part.length !== leaf.size)
          throw new InvalidInputError(
            `the start of ${leaf.name} has ${part.length} numbers, but must have shape [${leaf.shape.join(", ")}]`,
          );
        for (let j = 0; j < leaf.size; j++) {
          const value = typeof part === "number" ? part : part[j];
          u[leaf.offset + j] =
            fromNatural(hypers[hyper], value, leaf.name) * (hypers[hyper].temperature ?? 1) -
            noise[leaf.offset + j];
        }
      });
    }
    return u;
  };

  return {
    size,
    leaves,
    slots,
    start: fill(startOf),
    lower: fill(({ transform, low }) =>
      transform === "log"
        ? log(low)
        : transform === "linear"
          ? low
          : transform === "mix"
            ? -MIX_LIMIT
            : -LOGIT_LIMIT,
    ),
    upper: fill(({ transform, high }) =>
      transform === "log"
        ? log(high)
        : transform === "linear"
          ? high
          : transform === "mix"
            ? MIX_LIMIT
            : LOGIT_LIMIT,
    ),
    unit: fill(({ transform, low, high }) =>
      transform === "linear" && Number.isFinite(high - low) ? (high - low) / 4 : 1,
    ),
    natural,
    chain(u, inNatural) {
      const value = natural(u);
      const out = new Float64Array(size);
      leaves.forEach(({ offset, size: count }, i) => {
        for (let j = offset; j < offset + count; j++) out[j] = inNatural[j] * slopeOf(specs[i], value[j]);
      });
      for (const { first, count, temperature } of groups) {
        let mean = 0;
        for (let k = first; k < first + count; k++) mean += value[k] * inNatural[k];
        for (let k = first; k < first + count; k++) out[k] = (value[k] * (inNatural[k] - mean)) / temperature;
      }
      return out;
    },
    byName(u, inU) {
      const value = natural(u);
      const out: Record<string, number> = {};
      leaves.forEach(({ hyper, name, offset, shape }, i) => {
        const alone = name === hyper && shape.length === 0;
        if (alone) out[name] = inU[offset] / slopeOf(specs[i], value[offset]);
      });
      return out;
    },
    encode,
    decode(u) {
      const value = natural(u);
      const out: Record<string, HyperValue> = {};
      for (const [name, spec] of Object.entries(hypers)) {
        const own = leaves.filter(({ hyper }) => hyper === name);
        const first = own.map(({ offset }) => value[offset]);
        const parts = own.map(({ offset, size: count, shape }) =>
          array(Float32Array.from(value.subarray(offset, offset + count)), shape),
        );
        if (spec.choices !== undefined)
          out[name] = Object.fromEntries(spec.choices.map((choice, k) => [choice, first[k]]));
        else if (spec.like === "params") out[name] = params.rebuild(parts);
        else if (spec.windows !== undefined) out[name] = first;
        else out[name] = own[0].shape.length === 0 ? first[0] : parts[0];
      }
      return out;
    },
    view(exprs, used) {
      const seen: Record<string, unknown> = {};
      for (const [name, spec] of Object.entries(hypers)) {
        const own = slots.flatMap(({ hyper }, slot) => (hyper === name ? [slot] : []));
        const value = () => {
          for (const slot of own) used?.(slot);
          const parts = own.map((slot) => exprs[slot]);
          if (spec.choices !== undefined)
            return Object.fromEntries(spec.choices.map((choice, k) => [choice, parts[k]]));
          return spec.like === "params" ? params.rebuild(parts) : parts[0];
        };
        Object.defineProperty(seen, name, { enumerable: true, get: value });
      }
      return seen;
    },
    at: (step, steps) =>
      slots.map(({ leaves: own }) => own[Math.min(own.length - 1, Math.floor((step * own.length) / steps))]),
  };
}

/** The numbers of each leaf of a hyperparameter that a user gave. */
function partsOf(
  { choices, like, windows }: Hyper,
  name: string,
  given: HyperValue,
  count: number,
): readonly (number | ArrayLike<number>)[] {
  const fail = (wanted: string): never => {
    throw new InvalidInputError(`the start of ${name} must be ${wanted}`);
  };
  if (choices !== undefined) {
    const shares = given as Readonly<Record<string, number>>;
    const fine = typeof given === "object" && choices.every((choice) => shares[choice] >= 0);
    return fine ? choices.map((choice) => shares[choice]) : fail(`a share for each of ${choices.join(", ")}`);
  }
  if (typeof given === "number") return Array.from({ length: count }, () => given);
  if (windows !== undefined)
    return Array.isArray(given) && given.length === count && given.every((v) => typeof v === "number")
      ? given
      : fail(`a number, or a list of ${count}`);
  if (like !== undefined) {
    const parts = flatten<NdArray>(given as Tree<NdArray>, isNdArray, `the start of ${name}`).leaves;
    return parts.length === count
      ? parts.map(({ values }) => values)
      : fail("a number, or a tree like the params");
  }
  return isNdArray(given) ? [given.values] : fail("a number or an array");
}

function mixes(leaves: readonly HyperLeaf[], hypers: Hypers) {
  return Object.entries(hypers).flatMap(([name, { choices, temperature = 1 }]) => {
    if (choices === undefined) return [];
    const first = leaves.find(({ hyper }) => hyper === name)!.offset;
    return [{ first, count: choices.length, temperature }];
  });
}

function startOf(spec: Hyper): number {
  const { transform, low, high, start } = spec;
  if (start !== undefined) return fromNatural(spec, start, "start");
  if (transform === "log") return (log(low) + log(high)) / 2;
  if (transform !== "linear") return 0;
  if (Number.isFinite(low) && Number.isFinite(high)) return (low + high) / 2;
  return Math.min(high, Math.max(low, 0));
}

function toNatural({ transform, low, high }: Hyper, u: number): number {
  if (transform === "log") return withoutRounding(exp(u), low, high);
  if (transform === "logit") return low + (high - low) / (1 + exp(-u));
  return u;
}

/** exp(log(high)) may be the next number beyond `high`: what is tuned to a bound is that bound. */
function withoutRounding(value: number, low: number, high: number): number {
  if (value >= high * (1 - ROUNDING) && value <= high * (1 + ROUNDING)) return high;
  return value >= low * (1 - ROUNDING) && value <= low * (1 + ROUNDING) ? low : value;
}

/** dλ/du at the natural value λ. */
function slopeOf({ transform, low, high }: Hyper, value: number): number {
  if (transform === "log") return value;
  if (transform === "logit") return ((value - low) * (high - value)) / (high - low);
  return 1;
}

function fromNatural({ transform, low, high }: Hyper, value: number, name: string): number {
  if (transform === "mix") return log(Math.max(value, 1e-9)); // shares, up to a constant
  const inside = transform === "logit" ? value > low && value < high : value >= low && value <= high;
  if (!inside)
    throw new InvalidInputError(`${name} is ${value}, which is not within its bounds ${low} … ${high}`);
  if (transform === "log") return log(value);
  if (transform === "logit") return log((value - low) / (high - value));
  return value;
}
