/**
 * The best error so far against processor time, for several ways: as lines of text, and as an SVG file.
 */

/** A way: its best errors, and from which second on each was the best. */
export interface Curve {
  readonly name: string;
  /** In the order of time. */
  readonly steps: readonly { readonly at: number; readonly value: number }[];
}

interface Frame {
  readonly seconds: number;
  readonly low: number;
  readonly high: number;
}

const COLUMNS = 64;
const ROWS = 14;
/** Room above the worst and below the best value, as a factor. */
const ROOM = 1.1;
/** The worst value shown is this far above the best: what was tried first is off the picture. */
const TALLEST = 6;

/** A way's value at a second; undefined before its first. */
function valueAt({ steps }: Curve, second: number): number | undefined {
  return steps.findLast(({ at }) => at <= second)?.value;
}

function frameOf(curves: readonly Curve[], seconds: number): Frame | undefined {
  const values = curves.flatMap(({ steps }) => steps.map(({ value }) => value)).filter((value) => value > 0);
  if (values.length === 0) return undefined;
  const least = Math.min(...values);
  return { seconds, low: least / ROOM, high: Math.min(Math.max(...values), TALLEST * least) * ROOM };
}

/** From 0 at the top to 1 at the bottom, on a logarithmic scale; what is off the picture is at its edge. */
function place({ low, high }: Frame, value: number): number {
  const share = Math.log(high / value) / Math.log(high / low);
  return Math.min(1, Math.max(0, share));
}

const percent = (value: number) => `${(100 * value).toFixed(1)} %`;

/**
 * A picture in characters, each way drawn with its mark, the later ones over the earlier.
 *
 * @param paint  the text of a mark as it is printed: with its colour, on a terminal that has some
 */
export function textPicture(
  curves: readonly Curve[],
  seconds: number,
  marks: string,
  paint: (text: string, curve: number) => string = (text) => text,
): string[] {
  const frame = frameOf(curves, seconds);
  if (frame === undefined) return [];
  const cells = Array.from({ length: ROWS }, () => new Array<number | undefined>(COLUMNS).fill(undefined));
  curves.forEach((curve, k) => {
    let before: number | undefined;
    for (let column = 0; column < COLUMNS; column++) {
      const value = valueAt(curve, ((column + 1) / COLUMNS) * seconds);
      if (value === undefined) continue;
      const row = Math.round(place(frame, value) * (ROWS - 1));
      for (let r = Math.min(row, before ?? row); r <= row; r++) cells[r][column] = k; // the fall from the last value
      before = row;
    }
  });
  const labels = [percent(frame.high), percent(frame.low)];
  const margin = Math.max(...labels.map((label) => label.length));
  const lines = cells.map((row, r) => {
    const label = (r === 0 ? labels[0] : r === ROWS - 1 ? labels[1] : "").padStart(margin);
    return `  ${label} │${row.map((k) => (k === undefined ? " " : paint(marks[k], k))).join("")}`;
  });
  const end = `${seconds} CPU seconds`;
  return [
    ...lines,
    `  ${" ".repeat(margin)} └${"─".repeat(COLUMNS)}`,
    `  ${" ".repeat(margin)}  0${end.padStart(COLUMNS - 1)}`,
    `  ${curves.map(({ name }, k) => paint(`${marks[k]} ${name}`, k)).join("   ")}`,
  ];
}

const [WIDTH, HEIGHT] = [760, 420];
const MARGIN = { left: 64, right: 116, top: 44, bottom: 48 };
/** Okabe and Ito's colours, which people with any colour vision tell apart. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000"];
const LABEL_HEIGHT = 16;

/** The same as SVG: a step line for each way, with its name at its end. */
export function svgPicture(curves: readonly Curve[], seconds: number, title: string): string {
  const frame = frameOf(curves, seconds) ?? { seconds, low: 0.01, high: 1 };
  const inner = { width: WIDTH - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
  const x = (second: number) => round(MARGIN.left + (second / seconds) * inner.width);
  const y = (value: number) => round(MARGIN.top + place(frame, value) * inner.height);
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const levels = ticks.map((share) => frame.high * (frame.low / frame.high) ** share);
  const ends = labelHeights(curves.map((curve) => y(curve.steps.at(-1)?.value ?? frame.high)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${MARGIN.left}" y="24" font-size="14">${escaped(title)}</text>`,
    ...levels.map(
      (value) =>
        `<path d="M${MARGIN.left} ${y(value)}H${WIDTH - MARGIN.right}" stroke="#ddd"/>` +
        `<text x="${MARGIN.left - 8}" y="${y(value) + 4}" text-anchor="end">${percent(value)}</text>`,
    ),
    ...ticks.map(
      (share) =>
        `<text x="${x(share * seconds)}" y="${HEIGHT - MARGIN.bottom + 18}" text-anchor="middle">${round(share * seconds)}</text>`,
    ),
    `<text x="${MARGIN.left + inner.width / 2}" y="${HEIGHT - 10}" text-anchor="middle">CPU seconds</text>`,
    ...curves.map(({ name, steps }, k) => {
      const colour = COLOURS[k % COLOURS.length];
      const path = steps.map(
        ({ at, value }, i) => `${i === 0 ? "M" : "H"}${x(at)}${i === 0 ? " " : "V"}${y(value)}`,
      );
      const line =
        steps.length === 0
          ? ""
          : `<path d="${path.join("")}H${x(seconds)}" fill="none" stroke="${colour}" stroke-width="2"/>`;
      return `${line}<text x="${WIDTH - MARGIN.right + 8}" y="${ends[k] + 4}" fill="${colour}">${escaped(name)}</text>`;
    }),
    "</svg>\n",
  ].join("\n");
}

/** Heights moved apart until labels do not cover each other. */
function labelHeights(heights: readonly number[]): number[] {
  const placed = heights.slice();
  let last = Number.NEGATIVE_INFINITY;
  for (const k of heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b])) {
    placed[k] = Math.max(heights[k], last + LABEL_HEIGHT);
    last = placed[k];
  }
  return placed;
}

const round = (value: number) => Math.round(10 * value) / 10;
const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
