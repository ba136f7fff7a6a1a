/**
 * A configuration that was read from a file, with the places where everything stands in it.
 */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLSeq } from "yaml";
import { InvalidInputError } from "../errors.ts";
import type { ModuleConfig } from "./config.ts";
import { explain, type Path, type Problem, pathText } from "./explain.ts";
import { configSchema } from "./schema.ts";
import { isSweep, readSweep } from "./wandb.ts";

/** A configuration and where it comes from. */
export interface ConfigFile {
  /** The file's name as it was given: messages use it. */
  readonly file: string;
  readonly config: ModuleConfig;
  readonly warnings: readonly string[];
  /** Where the value at a path stands: `fettle.yaml:4:33 metric.goal`. */
  where(path: Path): string;
  /** The program of a W&B sweep, which may lie beside the file or where the command was called. */
  readonly program?: string;
}

/** A file with mistakes; the message is the first of `problems`, each of which is one line. */
export class ConfigFileError extends InvalidInputError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const more = problems.length - 1;
    super(more === 0 ? problems[0] : `${problems[0]} (and ${more} more problem${more === 1 ? "" : "s"})`);
    this.problems = problems;
  }
}

interface Place {
  readonly line: number;
  readonly col: number;
}

/**
 * Reads the text of a YAML or JSON file.
 *
 * @throws {ConfigFileError} with file, line and column of everything that is wrong
 */
export function readConfigText(text: string, file: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const at = (place: Place) => `${file}:${place.line}:${place.col}`;
  const errors = document.errors.map(
    ({ code, message, pos }) => `${at(lines.linePos(pos[0]))} ${reword(code, message, text.slice(pos[0]))}`,
  );
  if (errors.length > 0) throw new ConfigFileError(errors);
  let input: unknown;
  try {
    input = document.toJS() ?? {};
  } catch (cause) {
    throw new ConfigFileError([`${file}: ${(cause as Error).message}`]); // an alias without its anchor
  }
  const place = (path: Path, atKey: boolean) => lines.linePos(offsetOf(document.contents, path, atKey));
  const write = (problems: readonly Problem[]) =>
    problems
      .map((problem) => ({ ...problem, place: place(problem.path, problem.atKey) }))
      .sort((a, b) => a.place.line - b.place.line || a.place.col - b.place.col)
      .map(({ path, message, place }) => line(at(place), path, message));
  const where = (path: Path) => `${at(place(path, false))} ${pathText(path)}`;
  const warnings = document.warnings.map(({ message, pos }) => `${at(lines.linePos(pos[0]))} ${message}`);
  if (isSweep(input)) {
    const { config, problems, remarks, source } = readSweep(input, (path) => {
      const node = document.getIn(path, true);
      return isScalar(node) && /[.eE]/.test(node.source ?? "");
    });
    if (problems.length > 0) throw new ConfigFileError(write(problems));
    return {
      file,
      config,
      warnings: [...warnings, ...remarks.map(({ path, message }) => `${where(path)}: ${message}`)],
      where: (path) => where(source(path)),
      ...(typeof input.program === "string" && { program: input.program }),
    };
  }
  check(input, write);
  return { file, config: input as ModuleConfig, warnings, where };
}

/**
 * Checks what a configuration module exports.
 *
 * @throws {ConfigFileError} with everything that is wrong
 */
export function readConfigModule(value: unknown, file: string): ConfigFile {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ConfigFileError([
      `${file}: its default export is no configuration; write export default defineConfig({ … })`,
    ]);
  const { space, objective, ...rest } = value as ModuleConfig;
  if (objective !== undefined && typeof objective !== "function")
    throw new ConfigFileError([`${file} objective: expected a function`]);
  if (space !== undefined && typeof space?.toJSON !== "function")
    throw new ConfigFileError([`${file} space: expected what space({ … }) returns`]);
  check(rest, (problems) => problems.map(({ path, message }) => line(file, path, message)));
  return { file, config: value, warnings: [], where: (path) => `${file} ${pathText(path)}` };
}

function check(input: unknown, write: (problems: readonly Problem[]) => readonly string[]): void {
  const { error } = configSchema.safeParse(input);
  if (error) throw new ConfigFileError(write(error.issues.flatMap((issue) => explain(issue, input))));
}

function line(where: string, path: Path, message: string): string {
  return `${where}${path.length === 0 ? "" : ` ${pathText(path)}`}: ${message}`;
}

/** The offset of the value (or key) at a path, else of the innermost value on the way that exists. */
function offsetOf(root: Node | null, path: Path, atKey: boolean): number {
  let offset = root?.range?.[0] ?? 0;
  let node: unknown = root;
  for (const [index, key] of path.entries()) {
    const pair = isMap(node)
      ? node.items.find((each) => isScalar(each.key) && String(each.key.value) === key)
      : undefined;
    if (pair === undefined && !isSeq(node)) return offset;
    node = pair === undefined ? (node as YAMLSeq).items[key as number] : pair.value;
    const keyOffset = (pair?.key as Node | undefined)?.range?.[0] ?? offset;
    const isWanted = atKey && index === path.length - 1;
    offset = isWanted ? keyOffset : ((node as Node | null | undefined)?.range?.[0] ?? keyOffset);
  }
  return offset;
}

/** The parser's words, where ours say better what to do. */
function reword(code: string, message: string, rest: string): string {
  if (code === "DUPLICATE_KEY")
    return `duplicate key ${/^"[^"]*"|^'[^']*'|^[^\s:,{}]+/.exec(rest)?.[0] ?? ""}; leave one out`;
  if (code === "MULTIPLE_DOCS") return "a second document begins here; keep one in a file";
  if (code === "TAB_AS_INDENT") return "a tab as indentation; use spaces";
  return `${message.replace(/\s*\n\s*/g, " ")}`;
}
