/**
 * Programs that outlived their supervisor: found by their records, and by the token in their environment.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

interface Identity {
  readonly pid: number;
  /** When it started, in whatever unit the system has: only equality means something. */
  readonly start: string | undefined;
}

interface RunRecord extends Identity {
  readonly token: string;
  readonly supervisor: Identity;
}

/** The folder of the records of running programs, below the folder of a study file's files. */
export function recordsFolder(files: string): string {
  return join(files, ".running");
}

/** When a process started; undefined if there is none of that id. */
export function startTimeOf(pid: number): string | undefined {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? undefined : fields[19]; // proc(5): field 22, counted after the name
    }
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, start }: Identity): boolean {
  const now = startTimeOf(pid);
  return now !== undefined && now === start;
}

/**
 * Ends the programs that survived a supervisor which is no more; those of a living one are left alone.
 *
 * @param token  only programs with this token, whether their supervisor lives or not
 * @returns how many processes were ended
 */
export function endSurvivors(files: string, token?: string): number {
  const folder = recordsFolder(files);
  if (!existsSync(folder)) return 0;
  const dead = new Set<string>();
  let ended = 0;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const record = readRecord(path);
    if (record === undefined || (token === undefined ? isAlive(record.supervisor) : record.token !== token))
      continue;
    if (isAlive(record)) ended += kill(-record.pid);
    dead.add(record.token);
    rmSync(path, { force: true });
  }
  return ended + endTokens(dead);
}

/** Ends every process that carries one of the tokens in its environment; returns how many there were. */
export function endTokens(tokens: ReadonlySet<string>): number {
  if (tokens.size === 0) return 0;
  return pidsWithToken(tokens).reduce((ended, pid) => ended + kill(pid), 0);
}

function readRecord(path: string): RunRecord | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as RunRecord;
  } catch {
    return undefined; // being written, or removed, by its supervisor
  }
}

/** Members of a group whose leader died, and programs that left their group. */
function pidsWithToken(tokens: ReadonlySet<string>): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid)
    .filter((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
        const variable = environment.find((entry) => entry.startsWith("FETTLE_TOKEN="));
        return variable !== undefined && tokens.has(variable.slice("FETTLE_TOKEN=".length));
      } catch {
        return false; // gone, or another user's
      }
    });
}

function kill(pid: number): number {
  try {
    process.kill(pid, "SIGKILL");
    return 1;
  } catch {
    return 0;
  }
}
