/**
 * From what users write, nested, to what is stored, flat.
 */
import { InvalidInputError } from "../errors.ts";
import type { ArrayNode, Group, Leaf, Node, OneOfNode, PermutationNode, SimplexNode } from "./parameter.ts";
import type { ParameterJson, ParametersJson } from "./types.ts";

/** The flat form of a nested group. @throws {InvalidInputError} if a name cannot be part of a path */
export function flatten(group: Group): ParametersJson {
  const out: Record<string, ParameterJson> = {};
  addGroup(out, "", group);
  return out;
}

function addGroup(out: Record<string, ParameterJson>, prefix: string, group: Group): void {
  for (const [name, node] of Object.entries(group)) {
    if (name === "" || name === "*" || name.includes("."))
      throw new InvalidInputError(`${prefix}${name}: a name must not be empty, "*", or have a dot`);
    add(out, prefix + name, node);
  }
}

function add(out: Record<string, ParameterJson>, path: string, node: Node): void {
  if (node === null || typeof node !== "object")
    throw new InvalidInputError(
      `${path}: expected a parameter such as float(0, 1), got ${JSON.stringify(node)}`,
    );
  if (typeof node.kind !== "string") return addGroup(out, `${path}.`, node as Group);
  if (node.kind === "oneOf") return addBranches(out, path, node as OneOfNode);
  if (node.kind === "array") return addArray(out, path, node as ArrayNode);
  out[path] = leafJson(node as Leaf | PermutationNode | SimplexNode);
}

function addBranches(out: Record<string, ParameterJson>, path: string, node: OneOfNode): void {
  const choices = Object.keys(node.branches);
  const { tag } = node;
  out[path] = {
    type: "categorical",
    choices,
    tag,
    ...(node.default !== undefined && { default: node.default }),
    ...(node.prior !== undefined && { prior: node.prior }),
  };
  for (const choice of choices) {
    if (Object.hasOwn(node.branches[choice], tag))
      throw new InvalidInputError(
        `${path}.${choice}.${tag}: a branch cannot have a parameter of the tag's name`,
      );
    addGroup(out, `${path}.${choice}.`, node.branches[choice]);
  }
}

function addArray(out: Record<string, ParameterJson>, path: string, node: ArrayNode): void {
  const { item, length } = node;
  if (isLeaf(item)) {
    out[path] = { ...leafJson(item), length } as ParameterJson;
    return;
  }
  out[path] = { type: "array", length };
  if (typeof item.kind === "string") add(out, `${path}.*`, item);
  else addGroup(out, `${path}.*.`, item as Group);
}

function isLeaf(node: Node): node is Leaf {
  return typeof node.kind === "string" && !["oneOf", "array", "permutation", "simplex"].includes(node.kind);
}

function leafJson(leaf: Leaf | PermutationNode | SimplexNode): ParameterJson {
  const { kind, ...rest } = leaf;
  return { type: kind, ...rest } as ParameterJson;
}
