// Civil dates as ISO texts ("2022-07-20"): they compare as texts do, and JSON carries them as they are. The contract counts
// days since 1970-01-01; there is no clock and no time zone, "today" comes with the call.

const PATTERN = /^(\d{4})-(\d{2})-(\d{2})$/;

/** The date that many days after 1970-01-01. */
export function fromDays(days) {
  // Years begin on 1 March, so that the leap day is the last of its year; eras of 400 years all have 146,097 days.
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const ofEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36524) - Math.floor(ofEra / 146096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const month = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * month + 2) / 5) + 1;
  const civil = month < 10 ? month + 3 : month - 9;
  return format(yearOfEra + era * 400 + (civil <= 2 ? 1 : 0), civil, day);
}

/** Days since 1970-01-01. */
export function toDays(date) {
  const { year, month, day } = parts(date);
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719468;
}

/** Year, month (1–12), day (1–31). Throws on what is no date. */
export function parts(date) {
  const found = PATTERN.exec(date);
  if (!found) throw new TypeError(`${date} is not a date; write it as 2022-07-20`);
  return { year: Number(found[1]), month: Number(found[2]), day: Number(found[3]) };
}

/** A date by year, month and day; `of(2022, 13, 1)` is 2023-01-01, and days beyond the month stop at its last. */
export function of(year, month, day) {
  const y = year + Math.floor((month - 1) / 12);
  const m = ((((month - 1) % 12) + 12) % 12) + 1;
  return format(y, m, Math.min(day, daysInMonth(y, m)));
}

export function addDays(date, days) {
  return fromDays(toDays(date) + days);
}

/** The same day of a later (or earlier) month; the last one where it is shorter. */
export function addMonths(date, months) {
  const { year, month, day } = parts(date);
  return of(year, month + months, day);
}

export function firstOfMonth(date) {
  return `${date.slice(0, 8)}01`;
}

export function lastOfMonth(date) {
  const { year, month } = parts(date);
  return format(year, month, daysInMonth(year, month));
}

/** Full years between a birth and a day. */
export function age(birth, day) {
  const from = parts(birth);
  const to = parts(day);
  const birthday = to.month > from.month || (to.month === from.month && to.day >= from.day);
  return to.year - from.year - (birthday ? 0 : 1);
}

/** 2022年7月20日. */
export function chinese(date) {
  const { year, month, day } = parts(date);
  return `${year}年${month}月${day}日`;
}

function daysInMonth(year, month) {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function format(year, month, day) {
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}
