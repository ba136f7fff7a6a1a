/**
 * The options that a program's help text tells of, as argparse, click, clap, docopt, commander, yargs, absl and Go's flag
 * package write them.
 */

/** An option as the help text says it. */
export interface HelpOption {
  /** With its dashes, the long one where there are several: `--batch-size`. */
  readonly flag: string;
  /** What turns it off again, where both are options: `--no-nesterov`. */
  readonly negation?: string;
  /** Whether a value follows it. */
  readonly takesValue: boolean;
  readonly choices?: readonly string[];
  readonly default?: string;
  /** What the program says that the number must keep to. */
  readonly low?: number;
  readonly high?: number;
  /** What kind of value it is, where the text says so. */
  readonly kind?: "float" | "int";
}

/** A line that begins an option; typer draws boxes around them, and stars what is required. */
const BEGINS = /^\s{0,12}(?:\*\s+)?(--?[A-Za-z].*)$/;
const FLAG = /(?<![\w-])(--?[A-Za-z][\w.-]*)/g;
const NUMBER = String.raw`-?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?`;

/** Every option, once, in the order of the text; those that only the usage line has come last. */
export function readHelp(text: string): HelpOption[] {
  const lines = text
    .split("\n")
    .map((line) => line.replace(/^(\s*)[│|]\s?/, "$1").replace(/\s*[│|]?\s*$/, ""));
  const found = new Map<string, HelpOption>();
  for (const { spec, description } of entriesOf(lines)) {
    const option = readOption(spec, description);
    if (option !== undefined && !found.has(option.flag)) found.set(option.flag, option);
  }
  for (const option of inUsage(text))
    if (![...found.values()].some(({ flag, negation }) => option.flag === flag || option.flag === negation))
      found.set(option.flag, option);
  return [...found.values()];
}

interface Entry {
  readonly spec: string;
  readonly description: string;
}

/** What stands before the gap of two spaces, and all that is written about it, also on lines below. */
function entriesOf(lines: readonly string[]): Entry[] {
  const entries: { spec: string; description: string; indent: number }[] = [];
  let open = false;
  for (const line of lines) {
    const begins = BEGINS.exec(line);
    const indent = line.search(/\S/);
    const last = entries[entries.length - 1];
    if (begins !== null && !(open && indent > last.indent + 8)) {
      const [, spec, description = ""] = /^(.*?)(?:\s{2,}|\t|:\s+)(.*)$/.exec(begins[1]) ?? [
        undefined,
        begins[1],
      ];
      entries.push({ spec: spec as string, description, indent });
      open = true;
    } else if (indent >= 0 && open) {
      open = indent > last.indent;
      if (open) last.description += ` ${line.trim()}`;
    }
  }
  return entries;
}

function readOption(spec: string, description: string): HelpOption | undefined {
  const flags = [...spec.matchAll(FLAG)].map(([, flag]) => flag);
  const isNegation = (flag: string) => /^--no-/.test(flag);
  const positive = flags.filter((flag) => !isNegation(flag));
  const flag = positive.find((each) => each.startsWith("--")) ?? longest(positive);
  if (flag === undefined) return undefined;
  const negation = flags.find(isNegation);
  const value =
    metavarOf(spec) ?? metavarOf(/^\s*([A-Z][A-Z_]+)\b/.test(description) ? `${flag} ${description}` : "");
  const all = `${spec}  ${description}`;
  const choices = choicesOf(value ?? "", description);
  const initial = defaultOf(all);
  const kind = kindOf(value ?? "", description);
  return {
    flag,
    ...(negation !== undefined && { negation }),
    takesValue:
      negation === undefined && (value !== undefined || choices !== undefined || kind !== undefined),
    ...(choices && { choices }),
    ...(initial !== undefined && { default: initial }),
    ...(kind && { kind }),
    ...boundsOf(all),
  };
}

function longest(words: readonly string[]): string | undefined {
  return [...words].sort((a, b) => b.length - a.length)[0];
}

/** The name of the value, or the choices in its place: `LR`, `<N>`, `{sgd,adam}`, `[sgd|adam]`, `INTEGER RANGE`. */
function metavarOf(spec: string): string | undefined {
  const value = /--?[A-Za-z][\w.-]*(?:\[?=|\s)\s*(\{[^}]*\}|\[[^\]]*\]|<[^>]*>|[A-Za-z][\w.:|-]*)/.exec(
    spec,
  )?.[1];
  return value === undefined || value.startsWith("-") ? undefined : value;
}

function choicesOf(value: string, description: string): string[] | undefined {
  const written =
    /^[{[<(]?([^{}[\]<>()]*[,|][^{}[\]<>()]*)[}\]>)]?$/.exec(value)?.[1] ??
    /(?:possible values|choices|one of):?\s*[{[(]?([^\]})\n]+?)(?=[\]})]|,\s*default|;|$)/i.exec(
      description,
    )?.[1];
  const choices = written
    ?.split(/[,|]|\s-\s/)
    .map((choice) => unquoted(choice))
    .filter((choice) => choice !== "");
  return choices !== undefined && choices.length >= 2 && choices.every((choice) => !/\s/.test(choice))
    ? choices
    : undefined;
}

function defaultOf(text: string): string | undefined {
  const written = /\bdefault(?:s to|\s*[:=]|\s+is)?\s*("[^"]*"|'[^']*'|`[^`]*`|[^\s)\];,]+)/i.exec(text)?.[1];
  const value = written === undefined ? undefined : unquoted(written.replace(/\.$/, ""));
  return value === undefined || /^(none|null|nil|)$/i.test(value) ? undefined : value;
}

/** `8<=x<=512`, `x>=1`, as click says it. */
function boundsOf(text: string): { readonly low?: number; readonly high?: number } {
  const low =
    new RegExp(`(${NUMBER})\\s*<=?\\s*x\\b`).exec(text) ??
    new RegExp(`\\bx\\s*>=?\\s*(${NUMBER})`).exec(text);
  const high = new RegExp(`\\bx\\s*<=?\\s*(${NUMBER})`).exec(text);
  return { ...(low && { low: Number(low[1]) }), ...(high && { high: Number(high[1]) }) };
}

function kindOf(value: string, description: string): "float" | "int" | undefined {
  if (/^<?(float|double|real|f32|f64|float32|float64)>?$/i.test(value)) return "float";
  if (/^<?(int|integer|uint|usize|u32|u64|i32|i64)>?$/i.test(value)) return "int";
  if (/\((?:a number)\)|\[number\]/.test(description)) return "float";
  return /\(an integer\)/.test(description) ? "int" : undefined;
}

/** `[--lr LR]`, `[--lr=<lr>]`: docopt's and others' usage lines, for options that nothing else is said of. */
function inUsage(text: string): HelpOption[] {
  const usage = /^\s*usage:.*(?:\n[ \t]+\S.*)*/im.exec(text)?.[0] ?? "";
  return [...usage.matchAll(/(--[A-Za-z][\w.-]*)((?:=|\s)(?:<[^>]+>|\{[^}]+\}|[A-Z][A-Z_]*))?/g)].map(
    ([, flag, value]) => {
      const choices = choicesOf((value ?? "").slice(1), "");
      return { flag, takesValue: value !== undefined, ...(choices && { choices }) };
    },
  );
}

function unquoted(text: string): string {
  return text.trim().replace(/^(["'`])(.*)\1$/, "$2");
}
