/**
 * Rows that repeat: the same in every feature.
 */
import type { Table } from "../table.ts";

export interface Duplicates {
  /** The number of each row's group, in order of first appearance, shape (rows). */
  readonly group: Int32Array;
  readonly groups: number;
  /** Rows that are like an earlier one, and the rows of the largest group. */
  readonly repeated: number;
  readonly largest: number;
}

/** Rows repeat because a table has few combinations, not because they were copied, above this share of them. */
const NATURAL_SHARE = 0.3;
/** The same, above so many of one kind. */
const NATURAL_GROUP = 20;

/**
 * Groups the rows that are the same in these columns, by 64 bits of a hash.
 *
 * @param rows  rows of the table, shape (n); all results are by place in it
 */
export function groupDuplicates(table: Table, names: ReadonlySet<string>, rows: Int32Array): Duplicates {
  const n = rows.length;
  const first = new Int32Array(n).fill(0x243f6a88);
  const second = new Int32Array(n).fill(0x13198a2e);
  const bits = new DataView(new ArrayBuffer(8));
  for (const column of table.columns) {
    if (!names.has(column.name)) continue;
    for (let i = 0; i < n; i++) {
      if (column.type === "string") {
        first[i] = mix(first[i] ^ column.codes[rows[i]], 0x85ebca6b);
        second[i] = mix(second[i] ^ column.codes[rows[i]], 0xcc9e2d51);
      } else {
        bits.setFloat64(0, column.values[rows[i]] + 0); // −0 is 0
        const high = bits.getInt32(0);
        const low = bits.getInt32(4);
        first[i] = mix(mix(first[i] ^ high, 0x85ebca6b) ^ low, 0x85ebca6b);
        second[i] = mix(mix(second[i] ^ high, 0xcc9e2d51) ^ low, 0xcc9e2d51);
      }
    }
  }
  return grouped(first, second);
}

/**
 * The groups that must stay together in a split: undefined where none repeats, or where so many do that new rows will
 * repeat old ones just as often, so that keeping them apart would misjudge a model.
 */
export function copies(duplicates: Duplicates): Int32Array | undefined {
  const { group, repeated, largest } = duplicates;
  return repeated === 0 || isNatural(duplicates, group.length) || largest === 1 ? undefined : group;
}

/** Whether rows repeat because there are few combinations of values. */
export function isNatural({ repeated, largest }: Duplicates, rows: number): boolean {
  return repeated > NATURAL_SHARE * rows || largest > Math.max(NATURAL_GROUP, rows / 100);
}

function mix(h: number, factor: number): number {
  let x = Math.imul(h ^ (h >>> 16), factor);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** An open table of the first row of each group, at most half full. */
function grouped(first: Int32Array, second: Int32Array): Duplicates {
  const n = first.length;
  let size = 16;
  while (size < 2 * n) size *= 2;
  const slots = new Int32Array(size).fill(-1);
  const group = new Int32Array(n);
  const members: number[] = [];
  for (let i = 0; i < n; i++) {
    let slot = first[i] & (size - 1);
    for (; slots[slot] >= 0; slot = (slot + 1) & (size - 1)) {
      const other = slots[slot];
      if (first[other] === first[i] && second[other] === second[i]) break;
    }
    if (slots[slot] < 0) {
      slots[slot] = i;
      group[i] = members.length;
      members.push(1);
    } else {
      group[i] = group[slots[slot]];
      members[group[i]]++;
    }
  }
  let largest = 0;
  for (const count of members) if (count > largest) largest = count;
  return { group, groups: members.length, repeated: n - members.length, largest };
}
