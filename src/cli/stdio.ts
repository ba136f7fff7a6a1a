/**
 * `fettle stdio`: ask and tell as JSON lines over standard input and output; docs/stdio.md describes them.
 */
import { createInterface } from "node:readline";
import { readTexts } from "../config/expression.ts";
import { didYouMean, InvalidInputError, messageOf, TuningError } from "../errors.ts";
import { fromWire, type Limits, numbersFromWire, type Repeats, type WireNumbers } from "../events.ts";
import { bestTrial } from "../history.ts";
import type { Params } from "../space/types.ts";
import { readSpace } from "../space.ts";
import type { Storage } from "../storage.ts";
import type { Study, Told } from "../study.ts";
import type { Direction, Json, Numbers, Trial } from "../trial.ts";
import { createStudy, openStudy, type StudyOptions } from "../tune.ts";
import { askedJson } from "./ask.ts";
import { chooseStudy, openStorage } from "./context.ts";
import { EXIT } from "./exit.ts";
import { trialJson } from "./trial-json.ts";

type Fields = Readonly<Record<string, unknown>>;
type Method = (study: Study, fields: Fields) => Promise<unknown>;

/** Numbers may be the strings "NaN", "Infinity" and "-Infinity"; one number stands for the only objective. */
function readNumbers(value: unknown, study: Study): Record<string, number> {
  const { objectives } = study.history.problem;
  if (typeof value === "number" || typeof value === "string") {
    if (objectives.length !== 1)
      throw new InvalidInputError(
        `values: give one for each of ${objectives.map(({ name }) => name).join(", ")}`,
      );
    return { [objectives[0].name]: fromWire(value as number) };
  }
  if (typeof value !== "object" || value === null)
    throw new InvalidInputError("values: expected a number, or numbers by name");
  return numbersFromWire(value as WireNumbers) as Record<string, number>;
}

/** Derivatives by name; what is no object is left for the study to refuse. */
function readGradient(value: unknown): Numbers {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value as Numbers;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      ["NaN", "Infinity", "-Infinity"].includes(one) ? Number(one) : one,
    ]),
  );
}

function readWhole(fields: Fields, name: string): number {
  const value = fields[name];
  if (!Number.isInteger(value))
    throw new InvalidInputError(`${name}: expected a whole number, got ${JSON.stringify(value)}`);
  return value as number;
}

const methods: Readonly<Record<string, Method>> = {
  async ask(study, { count }) {
    const asked = await study.ask((count as number | undefined) ?? 1);
    return count === undefined ? (asked.length > 0 ? askedJson(asked[0]) : null) : asked.map(askedJson);
  },
  async tell(study, fields) {
    const { values, state, error, constraints, gradient, tuned, attempt } = fields;
    const told = {
      ...(values !== undefined && { values: readNumbers(values, study) }),
      ...(state !== undefined && { state }),
      ...(error !== undefined && { error, state: state ?? "failed" }),
      ...(constraints !== undefined && { constraints: numbersFromWire(constraints as WireNumbers) }),
      ...(gradient !== undefined && { gradient: readGradient(gradient) }),
      ...(tuned !== undefined && { tuned }),
      ...(attempt !== undefined && { attempt }),
    };
    await study.tell(readWhole(fields, "trial"), told as Told);
    return trialJson(study.history.trials[readWhole(fields, "trial")] as Trial);
  },
  async report(study, fields) {
    const { values, constraints, gradient, params, attempt } = fields;
    return study.report(readWhole(fields, "trial"), readWhole(fields, "step"), readNumbers(values, study), {
      ...(constraints !== undefined && { constraints: numbersFromWire(constraints as WireNumbers) }),
      ...(gradient !== undefined && { gradient: readGradient(gradient) }),
      ...(params !== undefined && { params: params as Params }),
      ...(attempt !== undefined && { attempt: attempt as number }),
    });
  },
  enqueue: async (study, { params }) => study.enqueue(params as Params),
  async note(study, { key, value, trial }) {
    await study.note(String(key), value as Json, trial as number | undefined);
    return null;
  },
  async best(study) {
    await study.sync();
    const best = bestTrial(study.history);
    return best === undefined ? null : trialJson(best);
  },
  async trials(study) {
    await study.sync();
    return study.history.trials.filter((trial) => trial !== undefined).map(trialJson);
  },
  async stop(study, { reason }) {
    await study.stop(reason === undefined ? "stopped over stdio" : String(reason));
    return null;
  },
};

export async function action(
  name: string | undefined,
  flags: { storage: string; study?: string },
): Promise<number> {
  let storage: Storage | undefined;
  let study: Study | undefined;
  const wanted = name ?? flags.study;
  try {
    for await (const line of createInterface({ input: process.stdin })) {
      if (line.trim() === "") continue;
      let id: unknown = null;
      try {
        const request = parseRequest(line);
        id = request.id ?? null;
        // Only a study that is created may make a file.
        storage ??= await openStorage(flags.storage, { create: request.method === "create" });
        if (request.method === "create") study = await create(storage, wanted, request.params);
        else {
          const method = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
          if (method === undefined)
            throw new InvalidInputError(
              `there is no method ${request.method}; there are create, ${Object.keys(methods).join(", ")}`,
            );
          study ??= (await openStudy(undefined, {
            storage,
            study: await chooseStudy(storage, wanted),
          })) as Study;
        }
        const result =
          request.method === "create"
            ? { study: study.name }
            : await methods[request.method](study, request.params);
        answer({ id, result });
      } catch (error) {
        answer({
          id,
          error: { code: error instanceof TuningError ? error.code : "internal", message: messageOf(error) },
        });
      }
    }
    return EXIT.done;
  } finally {
    await study?.close();
    await storage?.close();
  }
}

function answer(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function parseRequest(line: string): { id?: unknown; method: string; params: Fields } {
  let request: unknown;
  try {
    request = JSON.parse(line);
  } catch {
    throw new InvalidInputError(`this line is not JSON: ${line.slice(0, 80)}`);
  }
  const { id, method, params = {} } = (request ?? {}) as { id?: unknown; method?: unknown; params?: unknown };
  if (typeof method !== "string")
    throw new InvalidInputError('a request needs a method, such as {"id":1,"method":"ask"}');
  if (typeof params !== "object" || params === null) throw new InvalidInputError("params must be an object");
  return { id, method, params: params as Fields };
}

const CREATED_WITH: readonly string[] = [
  ...["space", "study", "objectives", "limits", "seed", "sampler", "pruner", "terminator"],
  ...["repeats", "constraints", "steps"],
];

/** Creates the study, or opens it where one of that name and space exists. */
async function create(storage: Storage, wanted: string | undefined, fields: Fields): Promise<Study> {
  for (const name of Object.keys(fields))
    if (!CREATED_WITH.includes(name))
      throw new InvalidInputError(
        `create: there is no ${JSON.stringify(name)}${didYouMean(name, CREATED_WITH)}; there are ${CREATED_WITH.join(", ")}`,
      );
  const space = readSpace(readTexts(fields.space));
  const name = (fields.study as string | undefined) ?? wanted ?? "study";
  if ((await storage.list()).includes(name))
    return (await openStudy(space, { storage, study: name })) as Study;
  const { objectives, seed, sampler, pruner, terminator, repeats, constraints, steps, limits } = fields as {
    objectives?: Record<string, Direction>;
    seed?: number;
    sampler?: string;
    pruner?: string;
    terminator?: string;
    repeats?: Repeats;
    constraints?: StudyOptions["constraints"];
    steps?: StudyOptions["steps"];
    limits?: Limits;
  };
  const { trials, seconds, failures } = limits ?? {};
  const options = {
    ...{ storage, study: name, objectives, seed, sampler, pruner, terminator, repeats, constraints, steps },
    ...{ trials, seconds, failures },
  };
  return (await createStudy(
    space,
    Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never,
  )) as Study;
}
