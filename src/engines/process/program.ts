/**
 * Whether a program can be found, before anything is begun.
 */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { InvalidInputError } from "../../errors.ts";

/**
 * Checks that a command's program exists and may be run.
 *
 * @param path  the search path that the program will be looked for in
 * @throws {InvalidInputError} if it does not, or the working directory does not exist
 */
export function checkProgram(program: string, cwd: string, path = process.env.PATH ?? ""): void {
  if (!existsSync(cwd)) throw new InvalidInputError(`the working directory ${cwd} does not exist`);
  if (program.includes("{")) return; // a parameter chooses it
  const direct = program.includes("/");
  const candidates = direct
    ? [isAbsolute(program) ? program : resolve(cwd, program)]
    : path.split(delimiter).map((folder) => join(folder, program));
  const found = candidates.filter((candidate) => existsSync(candidate) && statSync(candidate).isFile());
  if (found.length === 0)
    throw new InvalidInputError(
      `${program}: command not found; check the name${direct ? "" : ", or give its path"}`,
    );
  if (!found.some(isExecutable))
    throw new InvalidInputError(
      `${program} may not be run; make it executable (chmod +x), or put its interpreter before it`,
    );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
