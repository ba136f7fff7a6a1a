/**
 * What a child writes: into a log of bounded size, and through the parser.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import type { LineParser, Said } from "./metrics.ts";

/** A line longer than this says nothing. */
const LONGEST_LINE = 65_536;
/** What is kept of the end, for messages and for the end of a log that grew too long. */
const TAIL_BYTES = 65_536;

/** A log file that keeps its head and its end, and says how much is left out between. */
export function cappedLog(path: string, limitBytes: number) {
  const file = openSync(path, "w");
  const head = Math.max(0, limitBytes - TAIL_BYTES);
  let written = 0;
  let leftOut = 0;
  let end: Buffer[] = [];
  let endBytes = 0;

  const keepEnd = (chunk: Buffer) => {
    end.push(chunk);
    endBytes += chunk.length;
    while (end.length > 1 && endBytes - end[0].length >= TAIL_BYTES)
      endBytes -= (end.shift() as Buffer).length;
  };
  /** A full disk must not end the child: then the log is shorter. */
  const write = (chunk: Buffer | string) => {
    try {
      writeSync(file, chunk as string);
    } catch {
      leftOut += chunk.length;
    }
  };
  return {
    write(chunk: Buffer) {
      keepEnd(Buffer.from(chunk));
      const room = Math.max(0, head - written);
      if (room > 0) write(chunk.subarray(0, room));
      written += Math.min(room, chunk.length);
      leftOut += Math.max(0, chunk.length - room);
    },
    /** The last lines, at most `lines`. */
    tail(lines: number): string {
      const text = Buffer.concat(end).subarray(-TAIL_BYTES).toString("utf8").trimEnd();
      return text.split("\n").slice(-lines).join("\n").slice(-8000);
    },
    close() {
      if (leftOut > 0) {
        const last = Buffer.concat(end).subarray(-Math.min(TAIL_BYTES, leftOut));
        if (leftOut > last.length) write(`\n… ${leftOut - last.length} bytes left out …\n`);
        write(last);
      }
      end = end.slice(-1);
      closeSync(file);
    },
  };
}

/** Feeds lines to a parser; texts in which nothing can stand are passed over whole. */
export function lineReader(parser: LineParser, say: (said: Said) => void) {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  const take = (line: string) => {
    const said = parser.parse(line);
    if (said !== undefined) say(said);
  };
  return {
    write(chunk: Buffer) {
      const text = rest + decoder.write(chunk);
      const end = Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r"));
      rest = text.slice(end + 1);
      if (rest.length > LONGEST_LINE) rest = rest.slice(-LONGEST_LINE);
      if (end < 0 || !parser.mayMatter(text)) return;
      for (const line of text.slice(0, end).split(/[\r\n]+/)) if (line.length <= LONGEST_LINE) take(line);
    },
    end() {
      const line = rest + decoder.end();
      rest = "";
      if (line !== "" && line.length <= LONGEST_LINE) take(line);
    },
  };
}
