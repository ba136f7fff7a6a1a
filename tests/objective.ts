import type { RunningTrial } from "../src/objective.ts";

/** The objective of the engine checks: does what `behaviour` says. */
export default async function objective(
  params: { behaviour: string },
  trial: RunningTrial<"loss">,
): Promise<number | undefined> {
  if (params.behaviour === "fail") throw new Error("it is broken");
  if (params.behaviour === "silent") return undefined;
  if (params.behaviour === "exit") process.exit(3);
  if (params.behaviour === "wait") {
    await trial.report(1, 10);
    await new Promise((resolve) => trial.signal.addEventListener("abort", resolve));
    return undefined;
  }
  for (const step of [1, 2, 3]) if ((await trial.report(step, 10 * step)) !== "continue") return undefined;
  return 5;
}
