import { describe, expect, test } from "vitest";
import { compactDate, dateOrder, datePart, parseDate } from "./dates.ts";

const day = (iso: string) => Date.parse(iso.length === 10 ? `${iso}T00:00:00Z` : iso) / 86_400_000;

describe("dates are read as people write them", () => {
  test.each([
    ["2020-03-04", "2020-03-04"],
    ["2020/3/4", "2020-03-04"],
    ["2020-03", "2020-03-01"],
    ["2020-03-04 15:30", "2020-03-04T15:30:00Z"],
    ["2020-03-04T15:30:20.5Z", "2020-03-04T15:30:20Z"],
    ["2020-03-04T15:30:00+02:00", "2020-03-04T13:30:00Z"],
    ["13/4/2020", "2020-04-13"],
    ["4/13/2020", "2020-04-13"],
    ["04.03.99", "1999-04-03"],
    ["4 Mar 2020", "2020-03-04"],
    ["4-Mar-20", "2020-03-04"],
    ["4th of", undefined],
    ["March 4, 2020", "2020-03-04"],
    ["Wed, 04 Mar 2020 10:00:00 GMT", "2020-03-04T10:00:00Z"],
    ["Mar 2020", "2020-03-01"],
    ["3/4/2020 3:05 PM", "2020-03-04T15:05:00Z"],
    ["12:30 am", "1970-01-01T00:30:00Z"],
    ["31/4/2020", undefined],
    ["2021-02-29", undefined],
    ["2020-13-01", undefined],
    ["25:10", undefined],
    ["seven", undefined],
    ["A-12", undefined],
    ["12", undefined],
  ])("%s", (text, iso) => {
    const read = parseDate(text, "mdy");
    if (iso === undefined) expect(read).toBeNaN();
    else expect(read).toBeCloseTo(day(iso), 9);
  });
});

test("the column decides whether the day or the month comes first", () => {
  const once = [1, 1, 1];
  expect(dateOrder(["3/4/2020", "13/4/2020", "5/6/2020"], once)).toBe("dmy");
  expect(dateOrder(["3/4/2020", "4/13/2020", "5/6/2020"], once)).toBe("mdy");
  expect(dateOrder(["3/4/2020", "4/5/2020", "5/6/2020"], once)).toBe("mdy");
  expect(dateOrder(["3.4.2020", "4.5.2020", "5.6.2020"], once)).toBe("dmy");
  expect(parseDate("3/4/2020", "dmy")).toBe(day("2020-04-03"));
});

test("numbers written as year, month, day", () => {
  expect(compactDate(20240229)).toBe(day("2024-02-29"));
  expect(compactDate(20230229)).toBeNaN();
  expect(compactDate(20241301)).toBeNaN();
  expect(compactDate(1234)).toBeNaN();
});

test("parts of days agree with the calendar over four centuries", () => {
  for (let at = -73_000; at < 73_000; at += 13) {
    const date = new Date(at * 86_400_000);
    const year = date.getUTCFullYear();
    expect([
      ...[datePart(at, "year"), datePart(at, "month"), datePart(at, "day")],
      ...[datePart(at, "yearday"), datePart(at, "weekday")],
    ]).toEqual([
      ...[year, date.getUTCMonth() + 1, date.getUTCDate()],
      ...[at - Date.UTC(year, 0, 1) / 86_400_000 + 1, (date.getUTCDay() + 6) % 7],
    ]);
  }
  expect(datePart(day("2020-03-04T23:00:00Z"), "hour")).toBe(23);
  expect(datePart(Number.NaN, "month")).toBeNaN();
});
