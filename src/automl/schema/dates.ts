/**
 * Dates as people write them, read as days since 1970-01-01 UTC (with fractions for times).
 */

/** Which comes first where both day and month are numbers. */
export type DateOrder = "dmy" | "mdy";

const MS_PER_DAY = 86_400_000;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?";
const TIME = "(?:[T ,]+(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,]\\d+)?)?\\s*([ap]\\.?m\\.?)?)?";
const ZONE = "\\s*(z|utc|gmt|[+-]\\d{2}:?\\d{2})?";

const YEAR_FIRST = new RegExp(`^(\\d{4})([-/.])(\\d{1,2})(?:\\2(\\d{1,2}))?${TIME}${ZONE}$`, "i");
const NUMBERS = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4}|\\d{2})${TIME}${ZONE}$`, "i");
const DAY_MONTH = new RegExp(
  `^(?:[a-z]{2,9}\\.?,?\\s+)?(\\d{1,2})(?:st|nd|rd|th)?[- ]${MONTH}[-, ]+(\\d{4}|\\d{2})${TIME}${ZONE}$`,
  "i",
);
const MONTH_DAY = new RegExp(
  `^(?:[a-z]{2,9}\\.?,?\\s+)?${MONTH}\\s+(\\d{1,2})(?:st|nd|rd|th)?,?\\s+(\\d{4})${TIME}${ZONE}$`,
  "i",
);
const MONTH_YEAR = new RegExp(`^${MONTH}[-, ]+(\\d{4})$`, "i");
const TIME_ONLY = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([ap]\.?m\.?)?$/i;

/**
 * Days since 1970-01-01 UTC; a time of day alone is a fraction of the first day. NaN if the text is no date.
 *
 * @param order  how `3/4/2020` is meant; one that can only be meant otherwise (`13/4/2020`) is read so
 */
export function parseDate(text: string, order: DateOrder): number {
  const trimmed = text.trim();
  if (trimmed.length < 4 || trimmed.length > 40 || !/\d/.test(trimmed)) return Number.NaN;
  let match = YEAR_FIRST.exec(trimmed);
  if (match !== null)
    return days(Number(match[1]), Number(match[3]), Number(match[4] ?? 1), match.slice(5, 9), match[9]);
  match = NUMBERS.exec(trimmed);
  if (match !== null) {
    const [first, second] = [Number(match[1]), Number(match[3])];
    const dayFirst = first > 12 || (second <= 12 && order === "dmy");
    const [day, month] = dayFirst ? [first, second] : [second, first];
    return days(fullYear(match[4]), month, day, match.slice(5, 9), match[9]);
  }
  match = DAY_MONTH.exec(trimmed);
  if (match !== null)
    return days(fullYear(match[3]), monthNamed(match[2]), Number(match[1]), match.slice(4, 8), match[8]);
  match = MONTH_DAY.exec(trimmed);
  if (match !== null)
    return days(Number(match[3]), monthNamed(match[1]), Number(match[2]), match.slice(4, 8), match[8]);
  match = MONTH_YEAR.exec(trimmed);
  if (match !== null) return days(Number(match[2]), monthNamed(match[1]), 1, []);
  match = TIME_ONLY.exec(trimmed);
  return match === null ? Number.NaN : days(1970, 1, 1, match.slice(1, 5));
}

/**
 * Whether a column writes the day or the month first, from those of its dates that can be meant in one way only. Without
 * one, `3.4.2020` is the day first (as where dots are written) and `3/4/2020` the month.
 *
 * @param counts  of each of the texts
 */
export function dateOrder(texts: readonly string[], counts: ArrayLike<number>): DateOrder {
  let balance = 0;
  let slashes = 0;
  for (let i = 0; i < texts.length; i++) {
    const match = NUMBERS.exec(texts[i].trim());
    if (match === null) continue;
    slashes += match[2] === "/" ? counts[i] : -counts[i];
    if (Number(match[1]) > 12) balance += counts[i];
    if (Number(match[3]) > 12) balance -= counts[i];
  }
  if (balance !== 0) return balance > 0 ? "dmy" : "mdy";
  return slashes >= 0 ? "mdy" : "dmy";
}

/** Days since 1970-01-01 of a number written as year, month, day: 20240131. NaN if it is none. */
export function compactDate(value: number): number {
  const year = Math.floor(value / 10000);
  if (!Number.isInteger(value) || year < 1900 || year > 2100) return Number.NaN;
  return days(year, Math.floor(value / 100) % 100, value % 100, []);
}

/** One part of a day's number: month 1 … 12, day 1 … 31, day of the year 1 … 366, weekday 0 (Monday) … 6, hour 0 … 23. */
export function datePart(day: number, part: DatePart): number {
  const whole = Math.floor(day);
  if (part === "hour") return Math.min(23, Math.floor((day - whole) * 24 + 1e-7));
  if (part === "weekday") return (((whole + 3) % 7) + 7) % 7; // 1970-01-01 was a Thursday
  // Years that begin in March have their leap day last (Hinnant 2013, "chrono-compatible low-level date algorithms")
  const shifted = whole + 719_468; // days since 0000-03-01
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marched = Math.floor((5 * ofYear + 2) / 153);
  const month = marched < 10 ? marched + 3 : marched - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  if (part === "year") return year;
  if (part === "month") return month;
  if (part === "day") return ofYear - Math.floor((153 * marched + 2) / 5) + 1;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
  return month <= 2 ? ofYear - 305 : ofYear + 60 + leap;
}

export type DatePart = "year" | "month" | "day" | "yearday" | "weekday" | "hour";

function days(
  year: number,
  month: number,
  day: number,
  time: readonly (string | undefined)[],
  zone?: string,
): number {
  if (month < 1 || month > 12 || day < 1) return Number.NaN;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1) return Number.NaN; // 31 April
  const [hours = "0", minutes = "0", seconds = "0", half] = time;
  let hour = Number(hours);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return Number.NaN;
    hour = (hour % 12) + (half.toLowerCase().startsWith("p") ? 12 : 0);
  }
  if (hour > 24 || Number(minutes) > 59 || Number(seconds) > 60) return Number.NaN;
  const offset = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? "");
  const ahead =
    offset === null ? 0 : (Number(offset[2]) * 60 + Number(offset[3])) * (offset[1] === "-" ? -1 : 1);
  return (
    date.getTime() / MS_PER_DAY + (hour * 3600 + (Number(minutes) - ahead) * 60 + Number(seconds)) / 86_400
  );
}

/** Two digits are the years 1970 … 2069, as POSIX almost has it. */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length > 2) return year;
  return year + (year < 70 ? 2000 : 1900);
}

function monthNamed(text: string): number {
  return MONTHS.indexOf(text.slice(0, 3).toLowerCase()) + 1;
}
