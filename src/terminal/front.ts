/**
 * Several objectives in the terminal: the front as a table, and for two of them as a picture.
 */
import { kneePoint } from "../analysis/knee.ts";
import { paretoFront } from "../analysis/pareto.ts";
import { configurations, type History, isFeasible } from "../history.ts";
import { log } from "../math/elementary.ts";
import type { Trial } from "../trial.ts";
import { paramsLine, short } from "./text.ts";

/** Trials of a front that are listed. */
const SHOWN = 12;
/** The picture, in characters. */
const COLUMNS = 56;
const ROWS = 14;
/** From this ratio of the largest to the smallest value on, an axis is logarithmic. */
const LOGARITHMIC = 100;

/** The front: a picture where there are two objectives, then a trial a line, by the first objective. */
export function frontCard(history: History): string[] {
  const all = configurations(history);
  const front = sorted(paretoFront(all));
  if (front.length === 0) return ["no trial is complete and feasible"];
  const knee = kneePoint(front);
  const names = history.problem.objectives.map(({ name }) => name);
  const cells = front.map(({ values = {} }) => names.map((name) => short(values[name], 5)));
  const widths = names.map((name, k) => Math.max(name.length, ...cells.map((row) => row[k].length)));
  const numbers = front.map(({ number }) => `#${number}`);
  const width = Math.max(...numbers.map((text) => text.length));
  const more = front.length > SHOWN ? [`  and ${front.length - SHOWN} more`] : [];
  return [
    `${count(front.length)} that no other beats in everything${knee ? " (◆ the knee: beyond it a little more of one costs much of another)" : ""}:`,
    ...(names.length === 2 ? picture(history, all, front, knee) : []),
    `  ${" ".repeat(width + 2)}${names.map((name, k) => name.padStart(widths[k])).join("  ")}`,
    ...front.slice(0, SHOWN).map((trial, i) => {
      const mark = trial.number === knee?.number ? "◆" : " ";
      const values = cells[i].map((text, k) => text.padStart(widths[k])).join("  ");
      return `${mark} ${numbers[i].padStart(width)}  ${values}   ${paramsLine(trial)}`;
    }),
    ...more,
  ];
}

/** The front in a line, for the view of a run. */
export function frontLine(history: History): string {
  const front = paretoFront(configurations(history));
  if (front.length === 0) return "";
  const ranges = history.problem.objectives.map(({ name }) => {
    const values = front.map((trial) => trial.values?.[name] as number);
    return `${name} ${short(Math.min(...values), 3)}…${short(Math.max(...values), 3)}`;
  });
  return ` front of ${count(front.length)}: ${ranges.join("  ")}`;
}

const count = (n: number) => (n === 1 ? "1 trial" : `${n} trials`);

function sorted(front: readonly Trial[]): readonly Trial[] {
  return [...front].sort(
    (a, b) => (a.losses as readonly number[])[0] - (b.losses as readonly number[])[0] || a.number - b.number,
  );
}

/** All trials as dots, the front among them; the first objective across, the second upwards. */
function picture(
  history: History,
  all: readonly Trial[],
  front: readonly Trial[],
  knee: Trial | undefined,
): string[] {
  const [across, upwards] = history.problem.objectives.map(({ name }) => name);
  const shown = all.filter(
    ({ state, values }) =>
      state === "complete" && Number.isFinite(values?.[across]) && Number.isFinite(values?.[upwards]),
  );
  if (shown.length < 3) return [];
  const x = axis(shown.map(({ values }) => values?.[across] as number));
  const y = axis(shown.map(({ values }) => values?.[upwards] as number));
  const grid = Array.from({ length: ROWS }, () => new Array<string>(COLUMNS).fill(" "));
  const draw = (trial: Trial, mark: string) => {
    const column = Math.round(x.place(trial.values?.[across] as number) * (COLUMNS - 1));
    const row = Math.round((1 - y.place(trial.values?.[upwards] as number)) * (ROWS - 1));
    grid[row][column] = mark;
  };
  for (const trial of shown) draw(trial, isFeasible(trial) ? "·" : "×");
  for (const trial of front) if (shown.includes(trial)) draw(trial, "●");
  if (knee !== undefined && shown.includes(knee)) draw(knee, "◆");
  const [top, bottom] = [short(y.high, 3), short(y.low, 3)];
  const margin = Math.max(top.length, bottom.length);
  const label = (row: number) => (row === 0 ? top : row === ROWS - 1 ? bottom : "").padStart(margin);
  const ends = `${short(x.low, 3)}${short(x.high, 3).padStart(COLUMNS - short(x.low, 3).length)}`;
  return [
    `  ${" ".repeat(margin)} ${upwards}${y.isLog ? " (log)" : ""}`,
    ...grid.map((cells, row) => `  ${label(row)} │${cells.join("").trimEnd()}`),
    `  ${" ".repeat(margin)} └${"─".repeat(COLUMNS)}`,
    `  ${" ".repeat(margin)}  ${ends}`,
    `  ${" ".repeat(margin)}  ${`${across}${x.isLog ? " (log)" : ""}`.padStart(COLUMNS)}`,
  ];
}

/** From values to [0, 1]. */
function axis(values: readonly number[]) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const isLog = low > 0 && high / low >= LOGARITHMIC;
  const scaled = (value: number) => (isLog ? log(value) : value);
  const span = scaled(high) - scaled(low);
  return {
    low,
    high,
    isLog,
    place: (value: number) => (span === 0 ? 0.5 : (scaled(value) - scaled(low)) / span),
  };
}
