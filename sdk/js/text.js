// Words: labels in two languages, money and the sentences of reasons with their numbers filled in, and UTF-8 as it travels.

import { chinese, firstOfMonth, fromDays } from "./dates.js";

/** A label: a text is taken as Chinese, `{ zh, en }` as it is. */
export function text(words, en) {
  if (typeof words !== "string") return words;
  return en === undefined ? { zh: words } : { zh: words, en };
}

/** 1,234.50 for 123450 fen. */
export function yuan(fen) {
  const sign = fen < 0 ? "-" : "";
  const digits = String(Math.abs(fen)).padStart(3, "0");
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${sign}${whole}.${digits.slice(-2)}`;
}

/** The sentence of a reason with its numbers: `{0:fen}`, `{1:count}`, `{2:date}` … What cannot be filled in stays as it is. */
export function fill(template, args, english = false) {
  return template.replace(/\{(\d+):([^{}]*)\}/g, (whole, index, kind) => {
    const value = args[Number(index)];
    if (value === undefined) return whole;
    switch (kind) {
      case "fen":
        return yuan(value);
      case "count":
        return String(value);
      case "date":
        return english ? fromDays(value) : chinese(fromDays(value));
      case "month":
        return english ? fromDays(value).slice(0, 7) : chinese(firstOfMonth(fromDays(value))).replace("1日", "");
      case "percent":
        return `${value / 100}%`;
      default:
        return whole;
    }
  });
}

/** The bytes of texts end to end; the engine of the sandbox has no encoder of its own to rely on. */
export function encode(words, into) {
  for (const character of words) {
    const code = character.codePointAt(0);
    if (code < 0x80) into.push(code);
    else if (code < 0x800) into.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) into.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else into.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
}

/** The text in a range of bytes. The kernel sends well-formed UTF-8 only. */
export function decode(bytes, start, end) {
  let words = "";
  for (let at = start; at < end; ) {
    const first = bytes[at];
    if (first < 0x80) {
      words += String.fromCharCode(first);
      at += 1;
    } else if (first < 0xe0) {
      words += String.fromCharCode(((first & 31) << 6) | (bytes[at + 1] & 63));
      at += 2;
    } else if (first < 0xf0) {
      words += String.fromCharCode(((first & 15) << 12) | ((bytes[at + 1] & 63) << 6) | (bytes[at + 2] & 63));
      at += 3;
    } else {
      const low = ((bytes[at + 1] & 63) << 12) | ((bytes[at + 2] & 63) << 6) | (bytes[at + 3] & 63);
      words += String.fromCodePoint(((first & 7) << 18) | low);
      at += 4;
    }
  }
  return words;
}
