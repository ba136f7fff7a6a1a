/**
 * What the user expects, as a density over the unit cube: the product of the parameters' priors.
 */
import { exp, log } from "../math/elementary.ts";
import { normalCdf, normalQuantile } from "../math/special.ts";
import type { Problem } from "../problem.ts";
import type { Confidence } from "../space/parameter.ts";
import type { Parameter, Space } from "../space/types.ts";
import { toUnit } from "../space.ts";

/** Standard deviation about the expected value, as a share of the range. */
const SPREAD: Readonly<Record<Confidence, number>> = { low: 0.5, medium: 0.25, high: 0.125 };
/** Of the probability of other choices, how much the expected one gets. */
const SHARE: Readonly<Record<Confidence, number>> = { low: 0.25, medium: 0.5, high: 0.75 };
/** No point is less likely than a hundredth of what it is without a prior: a wrong one must be unlearned. */
const FLOOR = log(1 / 100);

/** β where the number of trials is not limited, and its share of that number. */
const BETA = 10;
const BETA_SHARE = 1 / 10;

/** The prior of one number: a normal distribution cut off at the ends of the unit interval. */
export interface NumberPrior {
  readonly centre: number;
  readonly sigma: number;
}

export interface SpacePrior {
  /** ln π(x) less that of the uniform density, over active parameters; at least −ln 100. */
  logRatio(unit: ArrayLike<number>, active: ArrayLike<number>): number;
  /** The unit coordinate below which a share `u` of the parameter's prior lies; `u` itself without one. */
  quantile(index: number, u: number): number;
  /** The prior of a number, where it has one. */
  number(index: number): NumberPrior | undefined;
  /** ln of the prior probability of each choice of an unordered parameter, where it has one. */
  choice(index: number): Float64Array | undefined;
}

interface One {
  readonly number?: NumberPrior;
  readonly choice?: Float64Array;
  logRatio(u: number): number;
  quantile(u: number): number;
}

/**
 * How much ln π counts after n trials of the model's own: β/n, β a tenth of the budget.
 *
 * @see Hvarfner et al. 2022, "πBO: Augmenting acquisition functions with user beliefs", eq. 6
 */
export function priorWeight({ limits }: Problem, n: number): number {
  return (limits.trials === undefined ? BETA : BETA_SHARE * limits.trials) / Math.max(1, n);
}

/** The prior of a space; undefined if no parameter has one. */
export function priorOf({ parameters }: Space): SpacePrior | undefined {
  const priors = parameters.map(priorOfOne);
  if (priors.every((prior) => prior === undefined)) return undefined;
  return {
    logRatio(unit, active) {
      let sum = 0;
      for (let j = 0; j < priors.length; j++) if (active[j]) sum += priors[j]?.logRatio(unit[j]) ?? 0;
      return Math.max(FLOOR, sum);
    },
    quantile: (index, u) => priors[index]?.quantile(u) ?? u,
    number: (index) => priors[index]?.number,
    choice: (index) => priors[index]?.choice,
  };
}

function priorOfOne(parameter: Parameter): One | undefined {
  const { prior } = parameter;
  if (prior === undefined || (parameter.domain !== "real" && parameter.size === 1)) return undefined;
  const { value, confidence = "medium" } = prior;
  const at = toUnit(parameter, value);
  return parameter.domain === "choice" && !parameter.ordered
    ? ofChoice(parameter.size, Math.floor(at * parameter.size), SHARE[confidence])
    : ofNumber(at, SPREAD[confidence]);
}

function ofNumber(centre: number, sigma: number): One {
  const low = normalCdf(-centre / sigma);
  const mass = normalCdf((1 - centre) / sigma) - low;
  const peak = -log(mass * sigma) - 0.5 * log(2 * Math.PI);
  return {
    number: { centre, sigma },
    logRatio(u) {
      const z = (u - centre) / sigma;
      return peak - 0.5 * z * z;
    },
    quantile: (u) => Math.min(1, Math.max(0, centre + sigma * normalQuantile(low + u * mass))),
  };
}

function ofChoice(size: number, expected: number, share: number): One {
  const other = (1 - share) / size;
  const logs = Float64Array.from({ length: size }, (_, k) => log(k === expected ? other + share : other));
  return {
    choice: logs,
    logRatio: (u) => logs[Math.min(size - 1, Math.floor(u * size))] + log(size),
    quantile(u) {
      let left = u;
      let k = 0;
      for (; k < size - 1 && left >= exp(logs[k]); k++) left -= exp(logs[k]);
      return (k + 0.5) / size;
    },
  };
}
