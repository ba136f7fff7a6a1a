/**
 * Ask and tell: the caller runs the trials, and Fettle says what to try.
 *
 *     node examples/ask-tell/ask-tell.ts
 */
import { createStudy, float, space } from "fettle";

const banana = space({ x: float(-2, 2), y: float(-2, 2) });

const study = await createStudy(banana, { objectives: { loss: "minimize" }, trials: 40, seed: 1 });
await study.enqueue({ x: 0, y: 0 }); // what the program uses today is tried first

for await (const trial of study) {
  const { x, y } = trial.params;
  await trial.tell({ loss: (1 - x) ** 2 + 100 * (y - x * x) ** 2 });
}

console.log(`${study.ended}; best is #${study.best?.number}: loss ${study.best?.values?.loss.toFixed(4)}`);
