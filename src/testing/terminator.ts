/**
 * What every terminator must do, as checks that any test runner can call.
 */
import { inlineCompute } from "../compute.ts";
import { UnsupportedError } from "../errors.ts";
import type { Problem } from "../problem.ts";
import { rng } from "../random.ts";
import { array, boolean, categorical, float, int, oneOf, type Space, space } from "../space.ts";
import type { Judgement, Terminator } from "../terminator.ts";
import type { Trial } from "../trial.ts";
import { type Check, deepFreeze, expectEqual } from "./check.ts";

export interface TerminatorCheckOptions {
  /** Makes the terminator anew. */
  make(): Terminator;
  /** Fewer trials than this never stop a study. @default 20 */
  readonly fewest?: number;
}

const spaces: Readonly<Record<string, Space>> = {
  plane: space({ x: float(0, 1), y: float(1e-4, 1, { log: true }) }),
  mixed: space({ x: float(-1, 1), n: int(1, 9), kind: categorical(["a", "b", "c"]), on: boolean() }),
  branches: space({
    o: oneOf("t", { sgd: { m: float(0, 1) }, adam: {} }),
    units: array(int(1, 64, { log: true }), { length: 2 }),
  }),
};

/** Trials that a converged study has: so many about everywhere, and so many near the best. */
const SPREAD = 40;
const NEAR = 160;
const FEWEST_TRIALS = 20;

function problemOf(s: Space, objectives = 1): Problem {
  const names = Array.from({ length: objectives }, (_, k) => `loss${k}`);
  return {
    space: s,
    objectives: names.map((name) => ({ name, direction: "minimize" })),
    seed: 5,
    limits: {},
  };
}

function trialOf(number: number, s: Space, unit: readonly number[], losses?: readonly number[]): Trial {
  return deepFreeze({
    number,
    state: losses === undefined ? "failed" : "complete",
    attempt: 1,
    space: 0,
    params: s.decode(unit),
    ...(losses && { losses, values: Object.fromEntries(losses.map((loss, k) => [`loss${k}`, loss])) }),
    reports: [],
    times: { created: 0 },
    notes: {},
  });
}

/** Lowest where every active coordinate is 0.3. */
function bowl(s: Space, unit: readonly number[]): number {
  const point = s.encode(s.decode(unit));
  return point.unit.reduce((sum, u, j) => sum + (point.active[j] ? (u - 0.3) ** 2 : 0), 0);
}

/** A search that looked everywhere and then came nearer and nearer to the best. */
function converged(s: Space, count: number): Trial[] {
  return Array.from({ length: count }, (_, number) => {
    const stream = rng(11, "converged", number);
    const size = number < SPREAD ? 1 : 0.3 * 0.5 ** ((number - SPREAD) / 8);
    const unit = s.parameters.map(() =>
      number < SPREAD ? stream.uniform() : Math.min(1, Math.max(0, 0.3 + size * (2 * stream.uniform() - 1))),
    );
    return trialOf(number, s, unit, [bowl(s, unit)]);
  });
}

/** A search that gets better with every trial, and is still far from the end of the slope. */
function improving(s: Space, count: number): Trial[] {
  return Array.from({ length: count }, (_, number) => {
    const stream = rng(12, "improving", number);
    const unit = s.parameters.map((_, j) => (j === 0 ? number / (2 * count) : stream.uniform()));
    return trialOf(number, s, unit, [1 - unit[0]]);
  });
}

/** Judges after every trial; every judgement, or those up to the first that stops the study. */
async function judged(
  terminator: Terminator,
  problem: Problem,
  trials: readonly Trial[],
  { toTheEnd = true } = {},
): Promise<Judgement[]> {
  let state = terminator.init(problem);
  const judgements: Judgement[] = [];
  for (const [index, trial] of trials.entries()) {
    state = terminator.tell(state, trial);
    judgements.push(await terminator.judge(state, { rng: rng(1, index), compute: inlineCompute }));
    if (!toTheEnd && judgements[index].reason !== undefined) break;
  }
  return judgements;
}

async function judgedAtEnd(
  terminator: Terminator,
  problem: Problem,
  trials: readonly Trial[],
): Promise<Judgement> {
  const state = trials.reduce((before, trial) => terminator.tell(before, trial), terminator.init(problem));
  return terminator.judge(state, { rng: rng(1, trials.length - 1), compute: inlineCompute });
}

/** Runs on each space, naming it where it fails. */
async function onEach(run: (s: Space) => Promise<void>): Promise<void> {
  for (const [name, s] of Object.entries(spaces)) {
    try {
      await run(s);
    } catch (error) {
      throw new Error(`on the space "${name}": ${(error as Error).message}`, { cause: error });
    }
  }
}

function refuse(condition: boolean, message: string): void {
  if (condition) throw new Error(message);
}

export const terminatorChecks: readonly Check<TerminatorCheckOptions>[] = [
  {
    name: "stops a study that has converged, says why and what it expects",
    run: ({ make }) =>
      onEach(async (s) => {
        const judgements = await judged(make(), problemOf(s), converged(s, SPREAD + NEAR), {
          toTheEnd: false,
        });
        const { reason, expected = Number.NaN } = judgements.find((one) => one.reason !== undefined) ?? {};
        if (reason === undefined) throw new Error(`it went on for ${judgements.length} trials`);
        refuse(!/^\S.*[^.\s]$/.test(reason), `the reason ${JSON.stringify(reason)} ends in a full stop`);
        refuse(!(expected >= 0 && expected < 0.01), `it expects ${expected} of further trials`);
      }),
  },
  {
    name: "does not stop a study that improves",
    run: ({ make }) =>
      onEach(async (s) => {
        const judgements = await judged(make(), problemOf(s), improving(s, 60));
        const at = judgements.findIndex(({ reason }) => reason !== undefined);
        refuse(at >= 0, `it stopped after ${at + 1} trials: ${judgements[at]?.reason}`);
      }),
  },
  {
    name: "does not stop before there are enough trials, not even equal ones",
    run: ({ make, fewest = FEWEST_TRIALS }) =>
      onEach(async (s) => {
        const equal = converged(s, fewest - 1).map(({ number, params }) =>
          trialOf(number, s, Array.from(s.encode(params).unit), [1]),
        );
        for (const trials of [equal, converged(s, fewest - 1)])
          for (const { reason } of await judged(make(), problemOf(s), trials))
            refuse(reason !== undefined, `it stopped: ${reason}`);
      }),
  },
  {
    name: "a state that is rebuilt from the trials judges the same, and so does one that was judged before",
    run: ({ make }) =>
      onEach(async (s) => {
        const trials = converged(s, 50);
        const problem = problemOf(s);
        const [every, end] = [
          await judged(make(), problem, trials),
          await judgedAtEnd(make(), problem, trials),
        ];
        expectEqual(every.at(-1), end, "the judgement of a rebuilt state");
        const terminator = make();
        const state = trials.reduce((before, one) => terminator.tell(before, one), terminator.init(problem));
        const context = { rng: rng(1, trials.length - 1), compute: inlineCompute };
        const first = await terminator.judge(state, context);
        expectEqual(await terminator.judge(state, context), first, "the same judgement, asked for twice");
      }),
  },
  {
    name: "a trial that is told again takes the place of what was told before",
    run: ({ make }) =>
      onEach(async (s) => {
        const trials = converged(s, 45);
        const paused = trials.map((one) =>
          one.number % 9 === 0 ? deepFreeze({ ...one, state: "paused" as const, losses: [7] }) : one,
        );
        const again = trials.filter((_, number) => number % 9 === 0);
        const [told] = [await judgedAtEnd(make(), problemOf(s), [...paused, ...again])];
        const judgements = await judged(make(), problemOf(s), [...paused, ...again]);
        expectEqual(judgements.at(-1), told, "the judgement of a rebuilt state");
      }),
  },
  {
    name: "failed, pruned and infeasible trials, NaN, infinities, huge values, and nothing but failures",
    run: ({ make }) =>
      onEach(async (s) => {
        const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, -1e300, 0, 0];
        const trials = converged(s, 45).map((one): Trial => {
          const kind = one.number % 11;
          if (kind < odd.length) return deepFreeze({ ...one, losses: [odd[kind]] });
          if (kind === 7) return deepFreeze({ ...one, state: "pruned" });
          if (kind === 8) return deepFreeze({ ...one, constraints: { c: 1 } });
          return kind === 9 ? deepFreeze({ ...one, state: "failed" }) : one;
        });
        for (const { expected } of await judged(make(), problemOf(s), trials))
          refuse(Number.isNaN(expected ?? 0), "what it expects is NaN");
        const failed = trials.map((one) => deepFreeze({ ...one, state: "failed" as const, losses: [0] }));
        for (const { reason } of await judged(make(), problemOf(s), failed))
          refuse(reason !== undefined, `it stopped a study without a result: ${reason}`);
      }),
  },
  {
    name: "several objectives are judged, or refused with the name of one that judges them",
    async run({ make }) {
      const s = spaces.plane;
      const terminator = make();
      const problem = problemOf(s, 2);
      try {
        terminator.init(problem);
      } catch (error) {
        const named = / use ([A-Za-z]+)/.exec((error as Error).message)?.[1];
        refuse(
          !(error instanceof UnsupportedError) || named === undefined || named === terminator.name,
          `an UnsupportedError that names another terminator was expected: ${(error as Error).message}`,
        );
        return;
      }
      const trials = Array.from({ length: SPREAD + NEAR }, (_, number) => {
        const stream = rng(13, number);
        const unit = [stream.uniform(), stream.uniform()];
        const far = number < SPREAD ? 1 - number / SPREAD : 0.1 + 0.2 * stream.uniform();
        return trialOf(number, s, unit, [unit[0] + far, 1 - unit[0] + far]);
      });
      const judgements = await judged(terminator, problem, trials);
      const at = judgements.findIndex(({ reason }) => reason !== undefined);
      refuse(at < 0, "it never stops a study of two objectives");
      refuse(at < SPREAD, "it stops a study of two objectives that improves");
    },
  },
];
