/**
 * Writes two tables of made-up houses into the current folder: houses.csv with prices, and new-houses.csv without.
 */
import { writeFileSync } from "node:fs";
import { random } from "../digits/random.ts";

const DISTRICTS = [
  "Harbour",
  "Old Town",
  "Mill Hill",
  "Station",
  "Lakeside",
  "Northfields",
  "Quarry",
  "Orchard",
];
const HEATING = ["gas", "oil", "heat pump", "district"];

const next = random(2024);
const between = (low: number, high: number) => low + (high - low) * next();
const normal = () => between(-1, 1) + between(-1, 1) + between(-1, 1);

/** One house as the cells of its row, the price last. */
function house(): (string | number)[] {
  const area = Math.round(between(35, 220));
  const rooms = Math.max(1, Math.round(area / 28 + normal()));
  const district = Math.floor(between(0, DISTRICTS.length));
  const built = Math.round(between(1900, 2020));
  const heating = Math.floor(between(0, HEATING.length));
  const garden = next() < 0.4;
  const day = Math.floor(between(0, 1400));
  const listed = new Date(Date.UTC(2020, 0, 1 + day)).toISOString().slice(0, 10);
  const price =
    (900 + 180 * district + 4 * Math.max(0, built - 1980) + 0.15 * day) * area +
    (garden ? 35_000 : 0) +
    (HEATING[heating] === "heat pump" ? 12_000 : 0) +
    15_000 * normal();
  const heatingKnown = next() < 0.9 ? HEATING[heating] : "";
  return [
    area,
    rooms,
    DISTRICTS[district],
    built,
    heatingKnown,
    garden ? "yes" : "no",
    listed,
    Math.round(price),
  ];
}

const HEADER = ["area", "rooms", "district", "built", "heating", "garden", "listed", "price"];
const houses = Array.from({ length: 1500 }, house);
const lines = (rows: readonly (readonly (string | number)[])[]) =>
  rows.map((row) => `${row.join(",")}\n`).join("");
writeFileSync("houses.csv", lines([HEADER, ...houses.slice(0, 1300)]));
writeFileSync(
  "new-houses.csv",
  lines([HEADER.slice(0, -1), ...houses.slice(1300).map((row) => row.slice(0, -1))]),
);
