/**
 * Type tests: `tsc` checks that what is right compiles, and that what is wrong does not.
 */
import {
  array,
  boolean,
  categorical,
  constant,
  float,
  type Infer,
  int,
  oneOf,
  ordinal,
  permutation,
  simplex,
  space,
  sumOf,
} from "../space.ts";
import { createStudy, tune } from "../tune.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_T extends true>() => {};

const s = space({
  lr: float(1e-5, 1e-1, { log: true }),
  layers: int(1, 4),
  act: categorical(["relu", "tanh", 3, null]),
  size: ordinal([1, 2, 4]),
  bias: boolean(),
  fixed: constant("yes"),
  nested: { depth: int(1, 2) },
  units: array(int(16, 512), { length: "layers" }),
  optimizer: oneOf("type", {
    sgd: { momentum: float(0, 0.99) },
    adam: { beta1: float(0.8, 0.999) },
  }),
});
type P = Infer<typeof s>;

same<Equal<P["lr"], number>>();
same<Equal<P["act"], "relu" | "tanh" | 3 | null>>();
same<Equal<P["size"], 1 | 2 | 4>>();
same<Equal<P["bias"], boolean>>();
same<Equal<P["fixed"], "yes">>();
same<Equal<P["nested"], { readonly depth: number }>>();
same<Equal<P["units"], readonly number[]>>();
same<
  Equal<
    P["optimizer"],
    { readonly type: "sgd"; readonly momentum: number } | { readonly type: "adam"; readonly beta1: number }
  >
>();

const constrained = space(
  {
    a: float(0, 1),
    opt: oneOf("type", { sgd: { m: float(0, 1) }, adam: {} }),
    order: permutation(["x", "y", 3]),
  },
  {
    where: {
      typed: ({ a, opt, order }) => (opt.type === "sgd" ? opt.m < a : order[0] === "x"),
      tree: ["<", ["param", "a"], 0.5],
      sum: sumOf(["a"], 0.25),
      // @ts-expect-error: misspelt
      wrong: ({ aa }) => aa < 1,
      // @ts-expect-error: no condition
      number: ({ a }) => a,
    },
  },
);
same<Equal<Infer<typeof constrained>["order"], readonly ("x" | "y" | 3)[]>>();
const shared = space({ mix: simplex(["a", "b"]) });
same<Equal<Infer<typeof shared>["mix"], { readonly a: number; readonly b: number }>>();
// @ts-expect-error: a default of other items
permutation(["x", "y"], { default: ["x", "z"] });

export async function typesOfTune(): Promise<void> {
  const { best } = await tune(s, (p) => {
    if (p.optimizer.type === "sgd") return p.optimizer.momentum;
    // @ts-expect-error: momentum belongs to the other branch
    p.optimizer.momentum;
    // @ts-expect-error: misspelt
    p.layer;
    return p.optimizer.beta1;
  });
  same<Equal<NonNullable<typeof best>["params"], P>>();
  best?.values?.value.toFixed();
  // @ts-expect-error: there is no such objective
  best?.values?.loss;

  const objectives = { acc: "maximize", ms: "minimize" } as const;
  await tune(s, () => ({ acc: 1, ms: 2 }), { objectives });
  // @ts-expect-error: an objective is missing
  await tune(s, () => ({ acc: 1 }), { objectives });
  // @ts-expect-error: one number for two objectives
  await tune(s, () => 1, { objectives });
  await tune(
    s,
    async (_, trial) =>
      (await trial.report(1, { acc: 1, ms: 2 })) === "stop" ? undefined : { acc: 1, ms: 2 },
    { objectives },
  );

  const study = await createStudy(s, { objectives });
  for await (const trial of study) {
    await trial.tell({ acc: trial.params.lr, ms: 1 });
    // @ts-expect-error: both are required
    await trial.tell({ acc: 1 });
  }
}

// @ts-expect-error: a default must be among the choices
categorical(["a", "b"], { default: "c" });
// @ts-expect-error: a branch that does not exist
oneOf("type", { sgd: {} }, { default: "adam" });
