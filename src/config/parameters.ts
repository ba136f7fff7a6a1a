/**
 * The parameters of a configuration file in the space's flat JSON form.
 */
import { InvalidInputError, messageOf } from "../errors.ts";
import type { Scalar } from "../space/parameter.ts";
import type { ParameterJson, ParametersJson } from "../space/types.ts";
import { parametersOf } from "../space.ts";
import type { ChoiceConfig, ParameterConfig, RangeConfig } from "./config.ts";
import type { ConfigFile } from "./file.ts";
import { parseParameterText } from "./parameter-text.ts";

/**
 * The flat form of `params`, or of the space that a configuration module gives.
 *
 * @throws {InvalidInputError} with the place in the file, if a short form cannot be read or a bound is missing
 */
export function readParameters({ config, where }: ConfigFile): ParametersJson {
  const { params, space } = config;
  if (space !== undefined && params !== undefined)
    throw new InvalidInputError(`${where(["params"])}: space is given too; leave one out`);
  if (space !== undefined) return parametersOf(space.toJSON());
  return Object.fromEntries(
    Object.entries(params ?? {}).map(([path, parameter]) => {
      try {
        return [path, readParameter(parameter)];
      } catch (cause) {
        throw new InvalidInputError(`${where(["params", path])}: ${messageOf(cause)}`, { cause });
      }
    }),
  );
}

function readParameter(parameter: ParameterConfig): ParameterJson {
  if (typeof parameter === "string")
    return parseParameterText(parameter, (example) => JSON.stringify(example));
  if (isList(parameter)) {
    const isBoolean = parameter.length === 2 && parameter.includes(true) && parameter.includes(false);
    return isBoolean ? { type: "boolean" } : { type: "categorical", choices: parameter };
  }
  if (typeof parameter !== "object" || parameter === null) return { type: "constant", value: parameter };
  switch (parameter.type) {
    case "float":
    case "int": {
      const { min, max, low, high, ...rest } = parameter;
      return {
        ...rest,
        low: either<RangeConfig, number>({ min, low }),
        high: either<RangeConfig, number>({ max, high }),
      };
    }
    case "categorical":
    case "ordinal": {
      const { values, choices, ...rest } = parameter;
      return { ...rest, choices: either<ChoiceConfig, readonly Scalar[]>({ values, choices }) };
    }
    default:
      return parameter;
  }
}

/** The value of a key that has two names, of which the first is ours. */
function either<C, T>(given: { readonly [Name in keyof C]?: T }): T {
  const [name, other] = Object.keys(given);
  const values = Object.values<T | undefined>(given).filter((value) => value !== undefined);
  if (values.length === 1) return values[0];
  throw new InvalidInputError(
    values.length === 0 ? `${name} is missing` : `${name} and ${other} mean the same; leave ${other} out`,
  );
}

function isList(value: ParameterConfig): value is readonly Scalar[] {
  return Array.isArray(value);
}
