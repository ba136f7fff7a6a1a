/** One of several processes that tune one study. */
import { float, space, tune } from "fettle";
import { sqlite } from "fettle/node";

const [path, trials] = process.argv.slice(2);
const ten = space(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`x${i}`, float(0, 1)])));
const storage = sqlite(path);
const objective = (params: object) => (params as { x0: number }).x0;
const { study } = await tune(ten, objective, { trials: Number(trials), sampler: "random", storage });
await study.close();
await storage.close();
