/**
 * The search space and the points that are given in it, with errors that say where they were given.
 */
import { InvalidInputError, messageOf } from "../errors.ts";
import { givenConstraints, jsonOf } from "../space/constraint.ts";
import type { Prior, Scalar } from "../space/parameter.ts";
import type { Functions, ParameterJson, Params, Space } from "../space/types.ts";
import { parametersOf, problemWith, readSpace } from "../space.ts";
import type { ConfigFile } from "./file.ts";
import { type Flags, nameAndText } from "./flags.ts";
import { parseParameterFlag } from "./parameter-flag.ts";
import { readParameters } from "./parameters.ts";
import { type PlacedConstraint, readConstraints } from "./where.ts";

/**
 * The parameters of the file and of the flags; a flag takes the place of the file's parameter of its name.
 *
 * @throws {InvalidInputError} if there are none, a flag's name is given twice, or the space cannot be meant
 */
export function readSearchSpace(file: ConfigFile | undefined, flags: Flags): Space {
  const json: Record<string, ParameterJson> = file === undefined ? {} : { ...readParameters(file) };
  const places = new Map(Object.keys(json).map((path) => [path, file!.where(["params", path])]));
  for (const [path, { text, parameter }] of readParameterFlags(flags.param ?? [])) {
    json[path] = parameter;
    places.set(path, `-p ${text}`);
  }
  if (Object.keys(json).length === 0)
    throw new InvalidInputError(
      `no parameters: give some with -p lr=1e-5..0.1:log, or under "params" in ${file?.file ?? "fettle.yaml"}`,
    );
  return constrained(json, places, readConstraints(file, flags), file?.config.space?.functions);
}

/** A space with constraints; errors say where they were given. */
function constrained(
  json: Readonly<Record<string, ParameterJson>>,
  places: Map<string, string>,
  constraints: readonly PlacedConstraint[],
  functions: Functions = {},
): Space {
  for (const { place, constraint } of constraints)
    places.set(`where ${JSON.stringify(constraint.name)}`, place);
  const where = constraints.map(({ constraint }) => constraint);
  return locating(places, () => readSpace({ ...json, ...(where.length > 0 && { where }) }, functions));
}

/** Parameters by path, as `-p` gives them. @throws {InvalidInputError} if one cannot be read, or is given twice */
export function readParameterFlags(
  texts: readonly string[],
): ReadonlyMap<string, { readonly text: string; readonly parameter: ParameterJson }> {
  const given = new Map<string, { readonly text: string; readonly parameter: ParameterJson }>();
  for (const text of texts) {
    const { path, parameter } = parseParameterFlag(text);
    const earlier = given.get(path)?.text;
    if (earlier !== undefined)
      throw new InvalidInputError(`-p ${text}: ${path} is given already, by -p ${earlier}; leave one out`);
    given.set(path, { text, parameter });
  }
  return given;
}

/**
 * A space in which `-p` flags replace parameters, or add some, and `--where` flags add constraints. What they cannot
 * say or do not say stays: conditions, lengths, and defaults and priors that still fit.
 *
 * @throws {InvalidInputError} as `readSearchSpace` does
 */
export function extendSpace(space: Space, texts: readonly string[], where: readonly string[] = []): Space {
  const json: Record<string, ParameterJson> = { ...parametersOf(space.toJSON()) };
  const places = new Map<string, string>();
  for (const [path, { text, parameter }] of readParameterFlags(texts)) {
    json[path] = json[path] === undefined ? parameter : replaced(json[path], parameter);
    places.set(path, `-p ${text}`);
  }
  const known = givenConstraints(space).map(jsonOf);
  const added = readConstraints(undefined, { where }).filter(
    ({ constraint }) => !known.some(({ name }) => name === constraint.name),
  );
  const kept = known.map((constraint) => ({ place: `where ${JSON.stringify(constraint.name)}`, constraint }));
  return constrained(json, places, [...kept, ...added], space.functions);
}

function replaced(before: ParameterJson, after: ParameterJson): ParameterJson {
  const { when, tag, length, default: initial, prior } = before as ParameterJson & Optional;
  if (after.type === "array" || after.type === "simplex") return { ...(when && { when }), ...after };
  if (after.type === "permutation") {
    const kept =
      before.type === "permutation" && sameItems(before.items, after.items) ? before.default : undefined;
    return { ...(when && { when }), ...(kept && { default: kept }), ...after };
  }
  const [alone] = readSpace({ p: { ...after, length: undefined } }).parameters;
  const fits = (value: Scalar | undefined) =>
    value !== undefined && after.type === before.type && problemWith(alone, value) === undefined;
  return {
    ...(when && { when }),
    ...(tag !== undefined && { tag }),
    ...(length !== undefined && { length }),
    ...(fits(initial) && { default: initial }),
    ...(fits(prior?.value) && { prior }),
    ...after,
  } as ParameterJson;
}

function sameItems(before: readonly Scalar[], after: readonly Scalar[]): boolean {
  return before.length === after.length && before.every((item) => after.includes(item));
}

interface Optional {
  readonly tag?: string;
  readonly length?: number | string;
  readonly default?: Scalar;
  readonly prior?: Prior;
}

/** Parameters that are settled; flags win over the file. @throws {InvalidInputError} saying where it stood */
export function readFixed(space: Space, file: ConfigFile | undefined, flags: Flags): Params {
  const inFile = file?.config.fixed ?? {};
  const fixed: Record<string, Scalar> = { ...inFile };
  const places = new Map(Object.keys(inFile).map((path) => [path, file!.where(["fixed", path])]));
  const given = new Set<string>();
  for (const text of flags.fix ?? []) {
    const [path, value] = nameAndText("--fix", text, "lr=0.01");
    if (given.has(path))
      throw new InvalidInputError(`--fix ${text}: ${path} is settled already; leave one out`);
    given.add(path);
    places.set(path, `--fix ${text}`);
    fixed[path] = locating(places, () => space.parse(path, value));
  }
  return locating(places, () => space.check(fixed, { partial: true }));
}

/** Points to try first. @throws {InvalidInputError} saying where one stood that is out of the space, or not as `fixed` */
export function readEnqueued(space: Space, file: ConfigFile | undefined, fixed: Params): readonly Params[] {
  return (file?.config.enqueue ?? []).map((point, index) => {
    const places = new Map(Object.keys(point).map((path) => [path, file!.where(["enqueue", index, path])]));
    for (const [path, value] of Object.entries(point))
      if (Object.hasOwn(fixed, path) && fixed[path] !== value)
        throw new InvalidInputError(
          `${places.get(path)}: ${path} is settled as ${JSON.stringify(fixed[path])}; leave it out here, or do not settle it`,
        );
    return locating(places, () => space.check(point, { partial: true }));
  });
}

/** An error of the space begins with a path: puts where that path was given in its place. */
function locating<T>(places: ReadonlyMap<string, string>, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const message = messageOf(cause);
    const [path, place] = [...places].find(([each]) => message.startsWith(`${each}: `)) ?? [];
    if (path === undefined) throw cause;
    throw new InvalidInputError(`${place}${message.slice(path.length)}`, { cause });
  }
}
