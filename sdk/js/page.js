// Pages: data only. The kernel draws them, masks names by the reader's office and turns references into links; a plugin points at
// people and households by id. Schema: `wit/schemas/page-1.json`.

import { text } from "./text.js";

const id = (value) => String(value);

/** A page of blocks; the title may be left out where the manifest's says enough. */
export function page(title, ...blocks) {
  return { title: title ? text(title) : undefined, blocks };
}

export const heading = (words) => ({ block: "heading", text: text(words) });
export const paragraph = (words) => ({ block: "paragraph", text: text(words) });
/** Tones: neutral, good, soon, bad, progress. */
export const note = (tone, words) => ({ block: "note", tone, text: text(words) });
/** Label and value pairs: `facts([["户数", cell.number(3)]])`. */
export const facts = (rows) => ({
  block: "facts", rows: rows.map(([label, value, source]) => ({ label: text(label), value: cell.of(value), note: source && text(source) })),
});
/** One to four big numbers: `figures([["户数", cell.number(3), "bad"]])`. */
export const figures = (items) => ({
  block: "figures", items: items.map(([label, value, tone = "neutral"]) => ({ label: text(label), value: cell.of(value), tone })),
});
/** A table: columns are labels, `#label` for numbers; a row is a list of cells or `{ cells, link }`. */
export const table = (columns, rows, empty) => ({
  block: "table",
  columns: columns.map((label) => (typeof label === "string" && label.startsWith("#")
    ? { label: text(label.slice(1)), number: true } : { label: text(label), number: false })),
  rows: rows.map((row) => (Array.isArray(row) ? { cells: row } : row)).map(({ cells, link }) => ({ cells: cells.map(cell.of), link })),
  empty: empty && text(empty),
});
export const timeline = (items) => ({
  block: "timeline", items: items.map(([date, words, tone = "neutral"]) => ({ date, text: text(words), tone })),
});
export const columns = (...lists) => ({ block: "columns", columns: lists });
export const form = (name, action) => ({ block: "form", form: name, action });

/** Values with their meaning, so that the kernel can format, mask and link them. */
export const cell = {
  /** A text, a number, nothing, or a cell as it is. */
  of(value) {
    if (value === null || value === undefined) return { cell: "empty" };
    if (typeof value === "string") return { cell: "text", text: text(value) };
    if (typeof value === "number") return { cell: "number", number: value };
    return value;
  },
  text: (words) => ({ cell: "text", text: text(words) }),
  money: (fen) => ({ cell: "money", fen }),
  number: (number) => ({ cell: "number", number }),
  ratio: (basisPoints) => ({ cell: "ratio", basis_points: basisPoints }),
  date: (date) => ({ cell: "date", date }),
  due: (date) => ({ cell: "due", date }),
  person: (person) => ({ cell: "person", person: id(person) }),
  household: (household) => ({ cell: "household", household: id(household) }),
  division: (division) => ({ cell: "division", division: String(division) }),
  badge: (tone, words) => ({ cell: "badge", tone, text: text(words) }),
  code: (table, code) => ({ cell: "code", table, code }),
};

export const link = {
  household: (household) => ({ to: "household", household: id(household) }),
  document: (document) => ({ to: "document", document: id(document) }),
  decision: (decision) => ({ to: "decision", decision: id(decision) }),
  page: (name, query = {}) => ({ to: "page", page: name, query }),
};
