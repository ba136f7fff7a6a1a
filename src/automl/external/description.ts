/**
 * What an external program says of itself in a YAML or JSON file, so that its models are tuned like any others.
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { explain, pathText } from "../../config/explain.ts";
import { readConfigModule } from "../../config/file.ts";
import { readParameters } from "../../config/parameters.ts";
import { InvalidInputError, messageOf } from "../../errors.ts";
import type { Group, Node } from "../../space/parameter.ts";
import type { ParameterJson } from "../../space/types.ts";
import { space } from "../../space.ts";

/** An external program as a family of models. Plain data: it is posted to threads. */
export interface ExternalDescription {
  /** The family's name. */
  readonly name: string;
  /** The program and its arguments; it speaks the protocol of `protocol.ts` until its standard input ends. */
  readonly command: readonly string[];
  /** Where it runs: the folder of the file. */
  readonly folder: string;
  /** How tables become numbers for it. @default "dense" */
  readonly view: "trees" | "dense";
  /** What it can predict. */
  readonly tasks: readonly ("classification" | "regression" | "quantiles")[];
  /** A command that ends with 0 where the program can run. */
  readonly check?: readonly string[];
  /** Fits in rounds, and takes rows to stop early by. */
  readonly early?: boolean;
  /** Work of a fit for each row and column, in those of one round of a boosted tree (6 ns). @default 200 */
  readonly work: number;
  /** More rows than these are not given to it. */
  readonly maxRows?: number;
  readonly params: Group;
}

const command = z.array(z.string().min(1)).min(1);
const task = z.enum(["classification", "regression", "quantiles"]);
const schema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, "write it in lower case, with digits and hyphens"),
  command,
  view: z.enum(["trees", "dense"]).default("dense"),
  tasks: z.array(task).min(1).default(["classification", "regression"]),
  check: command.optional(),
  early: z.boolean().optional(),
  work: z.number().positive().default(200),
  maxRows: z.int().min(1).optional(),
  params: z.record(z.string(), z.unknown()).default({}),
});

/**
 * Reads the description of a program.
 *
 * @throws {InvalidInputError} with everything that is wrong with it
 * @example
 * const forest = external(readExternal("forest.yaml"));
 */
export function readExternal(file: string): ExternalDescription {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new InvalidInputError(`${file}: cannot be read: ${messageOf(cause)}`, { cause });
  }
  return parseExternal(text, file);
}

/** The same of a text. @param file  names it in messages; its folder is where the program runs */
export function parseExternal(text: string, file: string): ExternalDescription {
  let input: unknown;
  try {
    input = parse(text);
  } catch (cause) {
    throw new InvalidInputError(`${file}: ${messageOf(cause)}`, { cause });
  }
  const { data, error } = schema.safeParse(input);
  if (error) {
    const problems = error.issues.flatMap((issue) => explain(issue, input));
    throw new InvalidInputError(
      problems.map(({ path, message }) => `${file} ${pathText(path)}: ${message}`).join("; "),
    );
  }
  const parameters = readParameters(readConfigModule({ params: data.params }, file));
  const params = groupOf(parameters, file);
  space(params); // bounds and defaults are checked where they are given, not at the first fit
  const { check, early, maxRows, ...rest } = data;
  return {
    ...rest,
    ...(check && { check }),
    ...(early && { early }),
    ...(maxRows !== undefined && { maxRows }),
    params,
    folder: dirname(resolve(file)),
  };
}

/** Flat parameters as nodes; those that depend on others have no form here. */
function groupOf(parameters: Readonly<Record<string, ParameterJson>>, file: string): Group {
  const entries = Object.entries(parameters).map(([name, json]): [string, Node] => {
    const where = `${file} params.${name}`;
    if (name.includes(".")) throw new InvalidInputError(`${where}: a name has no dot; write another`);
    if (json.when !== undefined || ("length" in json && json.length !== undefined))
      throw new InvalidInputError(
        `${where}: when and length cannot be used here; describe one family for each form that the program has`,
      );
    const { type, ...rest } = json;
    if (type === "array" || type === "permutation" || type === "simplex")
      throw new InvalidInputError(`${where}: a parameter of the type ${type} cannot be used here`);
    return [name, { kind: type, ...rest } as Node];
  });
  return Object.fromEntries(entries);
}
