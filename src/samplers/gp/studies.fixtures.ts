/**
 * Studies of the tests in this folder.
 */
import type { Problem } from "../../problem.ts";
import type { Answer, Sampler } from "../../sampler.ts";
import type { Params } from "../../space/types.ts";
import { categorical, float, int, oneOf, space } from "../../space.ts";
import { slotOf } from "../../testing/simulate.ts";
import type { Report, Trial } from "../../trial.ts";

export const square = space({ x: float(0, 1), y: float(0, 1) });
export const mixed = space({
  rate: float(1e-4, 1, { log: true }),
  n: int(1, 6),
  o: oneOf("t", { a: { m: float(0, 1) }, b: { k: categorical(["p", "q", "r"]) } }),
});

export const one = [{ name: "loss", direction: "minimize" }] as const;
export const two = [...one, { name: "cost", direction: "minimize" }] as const;

export const problemOf = (extra: Partial<Problem> = {}): Problem => ({
  space: square,
  objectives: one,
  seed: 5,
  limits: {},
  ...extra,
});

export const trialOf = (number: number, params: Params, extra: Partial<Trial> = {}): Trial =>
  Object.freeze({
    number,
    state: "complete",
    attempt: 1,
    space: 0,
    params,
    reports: [],
    times: { created: 0 },
    notes: {},
    ...extra,
  });

export const report = (step: number, ...losses: readonly number[]): Report => ({
  step,
  values: { loss: losses[0], ...(losses.length > 1 && { cost: losses[1] }) },
  time: 0,
});

export function paramsOf(answer: Answer): Params {
  if (typeof answer === "string") throw new Error(`params were expected, not ${answer}`);
  return answer.params;
}

/** Asks and tells so many trials one after the other. */
export async function run<State>(
  sampler: Sampler<State>,
  problem: Problem,
  trials: number,
  ended: (params: Params, number: number) => Partial<Trial>,
): Promise<{ readonly state: State; readonly trials: readonly Trial[] }> {
  let state = sampler.init(problem);
  const list: Trial[] = [];
  for (let number = 0; number < trials; number++) {
    const params = paramsOf(await sampler.ask(state, slotOf(problem, number, [])));
    list.push(trialOf(number, params, ended(params, number)));
    state = sampler.tell(state, list[number]);
  }
  return { state, trials: list };
}

export const xy = ({ x, y }: Params) => [x as number, y as number] as const;
export const isFeasible = ({ constraints = {} }: Trial) =>
  Object.values(constraints).every((value) => value <= 0);
export const bestFeasible = (trials: readonly Trial[]) =>
  Math.min(...trials.filter(isFeasible).map(({ losses }) => losses![0]));
