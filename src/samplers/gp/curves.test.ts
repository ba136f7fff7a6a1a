import { describe, expect, test } from "vitest";
import { rng } from "../../random.ts";
import type { Params } from "../../space/types.ts";
import { float, space } from "../../space.ts";
import { slotOf } from "../../testing/simulate.ts";
import type { Trial } from "../../trial.ts";
import { type GpState, gp } from "../gp.ts";
import { outcomesNow } from "./outcomes.ts";
import { comparable, incumbentOf } from "./standing.ts";
import { one, paramsOf, problemOf, report, trialOf, two, xy } from "./studies.fixtures.ts";

describe("learning curves", () => {
  const bowl = (params: Params) => {
    const [x, y] = xy(params);
    return (x - 0.7) ** 2 + (y - 0.2) ** 2;
  };
  const drawn = (number: number): Params => {
    const stream = rng(1, "drawn", number);
    return { x: stream.uniform(), y: stream.uniform() };
  };

  test("trials that are told again, and open ones that report, leave a state that replays", async () => {
    for (const objectives of [one, two]) {
      const problem = problemOf({ objectives, constraints: [{ name: "c" }] });
      const sampler = gp();
      const told: Trial[] = [];
      for (let number = 0; number < 70; number++) {
        const params = drawn(number);
        const end = (step: number, state: Trial["state"]) => {
          const losses = [bowl(params) + 1 / step, 1 - bowl(params) + 1 / step].slice(0, objectives.length);
          const reports = [report(step, ...losses)];
          return trialOf(number, params, { state, losses, reports, constraints: { c: params.x as number } });
        };
        told.push(end(1, "paused"));
        if (number % 3 === 0) told.push(end(3, "paused"));
        if (number % 9 === 0) told.push(end(9, "complete"));
      }
      const open = [
        trialOf(69, drawn(69), { state: "running", reports: [report(1, 1.2, 1.3), report(2, 0.5, 0.6)] }),
        trialOf(70, drawn(70), { state: "running", reports: [report(1, 1.1, 0.9)] }),
        trialOf(71, drawn(71), { state: "running" }),
      ];
      let incremental = sampler.init(problem);
      const rebuilt = (count: number) =>
        told
          .slice(0, count)
          .reduce((state: GpState, trial) => sampler.tell(state, trial), sampler.init(problem));
      for (const [place, trial] of told.entries()) {
        incremental = sampler.tell(incremental, trial);
        if (place % 19 !== 18 && place !== told.length - 1) continue;
        const slot = () => slotOf(problem, 80, open);
        const answer = await sampler.ask(incremental, slot());
        expect(await sampler.ask(incremental, slot())).toEqual(answer);
        expect(await sampler.ask(rebuilt(place + 1), slot())).toEqual(answer);
        expect(sampler.explain!(incremental, drawn(100))).toEqual(
          sampler.explain!(rebuilt(place + 1), drawn(100)),
        );
      }
    }
  });

  test("trials that are told again do not have the hyperparameters fitted each time", async () => {
    const sampler = gp();
    const problem = problemOf();
    let state = sampler.init(problem);
    const tell = async (number: number) => {
      state = sampler.tell(state, trialOf(number, drawn(number), { losses: [bowl(drawn(number))] }));
      await sampler.ask(state, slotOf(problem, 200, []));
    };
    for (let number = 0; number < 64; number++) await tell(number);
    const fits = new Set<unknown>();
    for (let number = 0; number < 20; number++) {
      await tell(number);
      fits.add(state.memo.fitted);
    }
    expect(fits.size).toBeLessThan(5);
  });

  test("the incumbent is one of those that came furthest, and a curve that has begun informs", async () => {
    const sampler = gp();
    const problem = problemOf();
    // those at step 1 look better than the ones that were trained to their end
    const told = Array.from({ length: 30 }, (_, number) =>
      number < 10
        ? trialOf(number, drawn(number), { losses: [bowl(drawn(number))] })
        : trialOf(number, drawn(number), {
            state: "paused",
            losses: [bowl(drawn(number)) - 5],
            reports: [report(1, bowl(drawn(number)) - 5)],
          }),
    );
    const state = told.reduce((before: GpState, trial) => sampler.tell(before, trial), sampler.init(problem));
    const outcomes = outcomesNow(state.outcomes, state.observed)!;
    const places = comparable(outcomes);
    expect(places).toEqual(Array.from({ length: 10 }, (_, place) => place));
    const [model] = outcomes.objectives;
    expect(incumbentOf(model, places)).toBeGreaterThan(model.posterior.incumbent());

    const running = (loss?: number) =>
      trialOf(
        50,
        { x: 0.7, y: 0.2 },
        { state: "running", reports: loss === undefined ? [] : [report(1, loss)] },
      );
    const ask = async (trial: Trial) => paramsOf(await sampler.ask(state, slotOf(problem, 51, [trial])));
    const answers = [await ask(running()), await ask(running(30)), await ask(running(-8))];
    expect(new Set(answers.map(({ x }) => x)).size).toBe(3);
  });
});

test("means over repeats are trusted more than single evaluations", async () => {
  const problem = problemOf({ space: space({ x: float(0, 1) }) });
  const sampler = gp();
  const stream = rng(9, "noise");
  const told = (count: number) =>
    Array.from({ length: 25 }, (_, number) => {
      const x = number / 24;
      const noise = 0.5 * stream.normal();
      return trialOf(
        number,
        { x },
        { losses: [Math.sin(6 * x) + noise / Math.sqrt(count)], repeats: { count, std: [0.5] } },
      );
    });
  const stdOf = (count: number) => {
    const state = told(count).reduce(
      (before: GpState, trial) => sampler.tell(before, trial),
      sampler.init(problem),
    );
    return sampler.explain!(state, { x: 0.5 }).std as number;
  };
  expect(stdOf(16)).toBeLessThan(stdOf(2));
});
