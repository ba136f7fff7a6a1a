/**
 * The text of a condition on parameters, `layers * units <= 4096`, as the tree that a space keeps. jsep reads it, and
 * runs nothing; whatever a condition has no use for is refused.
 */
import jsep from "jsep";
import { didYouMean, InvalidInputError, messageOf } from "../errors.ts";
import { partsOf, type Tree } from "../space/expression.ts";

/** Longer than what anybody writes, and short enough for a parser that calls itself. */
const LONGEST = 4000;

/** What the parser's operators are in a tree. */
const OPERATORS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(["+", "-", "*", "/", "%", "**", "<", "<=", ">", ">=", "!="].map((one) => [one, one])),
  ...{ "=": "=", "==": "=", "===": "=", "!==": "!=", in: "in" },
  ...{ and: "and", "&&": "and", or: "or", "||": "or" },
};
const UNARY: Readonly<Record<string, string>> = { "-": "-", "+": "+", "!": "not", not: "not" };
/** As strong as their twins `==`, `&&`, `||` and the comparisons. */
const ADDED: Readonly<Record<string, number>> = { "=": 6, in: 7, and: 2, or: 1 };
const FUNCTIONS = ["min", "max", "sum", "abs", "round", "floor", "ceil", "sqrt", "log", "exp", "if"];
const WORDS = ["and", "or", "not", "in", "true", "false", "null", "this"];
const COMPARISONS: readonly (readonly string[])[] = [["<", "<=", ">", ">="], ["="]];

/** A text in quotes, a name in backquotes, or a dotted path; the rest is the parser's. */
const TOKEN =
  /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`([^`]*)`|(?<![\w.])([A-Za-z_]\w*)((?:\.\w+|\[\d+\])*)|\$/g;

/**
 * The tree of a condition.
 *
 * @throws {InvalidInputError} if it cannot be read, or has something in it that no condition needs
 * @example
 * parseExpression("layers * units <= 4096");
 * // ["<=", ["*", ["param", "layers"], ["param", "units"]], 4096]
 */
export function parseExpression(text: string): Tree {
  if (text.trim() === "") throw new InvalidInputError("it is empty; write it like layers * units <= 4096");
  if (text.length > LONGEST) throw new InvalidInputError(`it is longer than ${LONGEST} characters`);
  const paths = new Map<string, string>();
  const plain = text.replace(TOKEN, (token, quoted?: string, head?: string, rest = "") => {
    if (token === "$") throw new InvalidInputError('"$" is part of no name');
    if (quoted === undefined && (head === undefined || rest === "" || WORDS.includes(head))) return token;
    const placeholder = `$${paths.size}`;
    paths.set(placeholder, quoted ?? `${head}${rest.replace(/\[(\d+)\]/g, ".$1")}`);
    return placeholder.padEnd(token.length); // so that positions in messages stay
  });
  return convert(parse(plain), paths);
}

/**
 * A constraint of a text, for spaces that are made in code.
 *
 * @throws {InvalidInputError} if it cannot be read
 * @example
 * space({ a: int(1, 9), b: int(1, 9) }, { where: { order: expression("a < b") } });
 */
export function expression(text: string): Tree {
  try {
    return parseExpression(text);
  } catch (cause) {
    throw new InvalidInputError(`${JSON.stringify(text)}: ${messageOf(cause)}`, { cause });
  }
}

/**
 * A space's JSON in which constraints may be texts, with trees instead.
 *
 * @throws {InvalidInputError} naming the one that cannot be read
 */
export function readTexts(json: unknown): unknown {
  const where = (json as { readonly where?: unknown } | null)?.where;
  if (!Array.isArray(where)) return json;
  const read = (entry: unknown) => {
    if (typeof entry !== "string") return entry;
    try {
      return { name: entry.trim(), tree: parseExpression(entry) };
    } catch (cause) {
      throw new InvalidInputError(`where ${JSON.stringify(entry)}: ${messageOf(cause)}`, { cause });
    }
  };
  return { ...(json as object), where: where.map(read) };
}

/** The parser is everybody's in this process: it knows our operators only while it reads for us. */
function parse(text: string): jsep.Expression {
  try {
    for (const [operator, strength] of Object.entries(ADDED)) jsep.addBinaryOp(operator, strength);
    jsep.addUnaryOp("not");
    return jsep(text);
  } catch (cause) {
    const message = cause instanceof RangeError ? "it is nested too deeply" : messageOf(cause);
    throw new InvalidInputError(message, { cause });
  } finally {
    for (const operator of Object.keys(ADDED)) jsep.removeBinaryOp(operator);
    jsep.removeUnaryOp("not");
  }
}

type Paths = ReadonlyMap<string, string>;

function convert(node: jsep.Expression, paths: Paths): Tree {
  const expression = node as jsep.CoreExpression;
  switch (expression.type) {
    case "Literal":
      return expression.value as Tree;
    case "Identifier":
      return ["param", paths.get(expression.name) ?? expression.name];
    case "UnaryExpression": {
      const operator = Object.hasOwn(UNARY, expression.operator) ? UNARY[expression.operator] : undefined;
      if (operator === undefined) throw new InvalidInputError(`${expression.operator} is no operator here`);
      const operand = convert(expression.argument, paths);
      return operator === "+" || typeof operand === "number"
        ? negated(operator, operand)
        : [operator, operand];
    }
    case "BinaryExpression":
      return binary(expression, paths);
    case "ConditionalExpression":
      return [
        "if",
        ...[expression.test, expression.consequent, expression.alternate].map((one) => convert(one, paths)),
      ];
    case "CallExpression":
      return call(expression, paths);
    case "ArrayExpression":
      throw new InvalidInputError('a list stands behind "in" only, as in opt in ["sgd", "adam"]');
    case "Compound":
      throw new InvalidInputError(
        expression.body.length === 0
          ? "it is empty"
          : 'it is several conditions: join them with "and", or give each of its own',
      );
    default:
      throw new InvalidInputError(
        `${expression.type === "MemberExpression" ? "a point or brackets behind something that is no name" : "this"} cannot stand in a condition`,
      );
  }
}

function negated(operator: string, operand: Tree): Tree {
  return operator === "-" && typeof operand === "number" ? 0 - operand : operand; // no negative zero
}

function binary({ operator, left, right }: jsep.BinaryExpression, paths: Paths): Tree {
  if (!Object.hasOwn(OPERATORS, operator))
    throw new InvalidInputError(
      `${operator} is no operator here${operator === "^" ? "; powers are written **" : ""}`,
    );
  const name = OPERATORS[operator];
  if (name === "in") {
    const list = right as jsep.CoreExpression;
    if (list.type !== "ArrayExpression")
      throw new InvalidInputError('behind "in" stands a list, as in opt in ["sgd", "adam"]');
    const items = list.elements.map((element) => {
      if (element === null) throw new InvalidInputError("a list has a gap");
      return convert(element, paths);
    });
    return outsideNot(convert(left, paths), (first) => ["in", first, ...items]);
  }
  const [first, second] = [convert(left, paths), convert(right, paths)];
  if (name === "and" || name === "or") return joined(name, first, second);
  const links = COMPARISONS.find((group) => group.includes(name));
  const last = links && chainEnd(first, links);
  if (last !== undefined) return joined("and", first, [name, last, second]);
  return outsideNot(first, (operand) =>
    name === "+" || name === "*" ? joined(name, operand, second) : subtracted(name, operand, second),
  );
}

/** `not a < b` denies the comparison; for conditions it makes no difference whether `(not a) = b` is read so. */
function outsideNot(first: Tree, make: (operand: Tree) => Tree): Tree {
  const parts = partsOf(first);
  return parts?.operator === "not" ? ["not", make(parts.operands[0])] : make(first);
}

/** One operator of many operands instead of many of two. */
function joined(name: string, first: Tree, second: Tree): Tree {
  const parts = partsOf(first);
  return parts?.operator === name ? [name, ...parts.operands, second] : [name, first, second];
}

function subtracted(name: string, first: Tree, second: Tree): Tree {
  const parts = partsOf(first);
  return name === "-" && parts?.operator === "+"
    ? ["+", ...parts.operands, ["-", second]]
    : [name, first, second];
}

/** `a <= b <= c`: the `b` of what stands on the left, where that is a comparison of the same kind. */
function chainEnd(first: Tree, links: readonly string[]): Tree | undefined {
  const whole = partsOf(first);
  const last = partsOf(whole?.operator === "and" ? whole.operands[whole.operands.length - 1] : first);
  return last !== undefined && links.includes(last.operator) ? last.operands[1] : undefined;
}

function call({ callee, arguments: given }: jsep.CallExpression, paths: Paths): Tree {
  const name = callee.type === "Identifier" ? (callee as jsep.Identifier).name : undefined;
  if (name === undefined || paths.has(name)) throw new InvalidInputError("only functions are called");
  if (!FUNCTIONS.includes(name))
    throw new InvalidInputError(
      `there is no function ${name}${didYouMean(name, FUNCTIONS)}; there are ${FUNCTIONS.join(", ")}`,
    );
  return [name, ...given.map((one) => convert(one, paths))];
}
