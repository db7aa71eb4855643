// Bulk data is columns. An author seldom sees one: `families` of a block are plain objects, and a question's answer reads row by
// row. Building a block is for those who ask or answer questions.

import { fromDays } from "./dates.js";
import { decode, encode } from "./text.js";

/** `person.birth-date` is `birthDate` of a member. */
export function camel(code) {
  return code.slice(code.indexOf(".") + 1).replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
}

function absent(nulls, row) {
  return nulls.length > 0 && ((nulls[row >> 3] >> (row & 7)) & 1) === 1;
}

/** The values of one column, absent ones as null. */
function values(column, rows) {
  const { tag, val } = column.values;
  const list = new Array(rows);
  for (let row = 0; row < rows; row += 1) {
    if (absent(column.nulls, row)) list[row] = null;
    else if (tag === "ints") list[row] = Number(val[row]);
    else list[row] = decode(val.bytes, row === 0 ? 0 : val.ends[row - 1], val.ends[row]);
  }
  return list;
}

export class Table {
  constructor(name, rows, ends = []) {
    this.name = name;
    this.rows = rows;
    this.ends = ends;
    this.columns = [];
  }

  /** Adds a column of whole numbers; null where there is none. */
  ints(name, list) {
    const own = [...list];
    this.columns.push({ name, values: { tag: "ints", val: own.map((value) => value ?? 0) }, nulls: nulls(own) });
    return this;
  }

  /** Adds a column of texts; null where there is none. */
  texts(name, list) {
    const own = [...list];
    const bytes = [];
    const ends = own.map((value) => {
      if (value !== null && value !== undefined) encode(value, bytes);
      return bytes.length;
    });
    this.columns.push({ name, values: { tag: "texts", val: { ends, bytes: Uint8Array.from(bytes) } }, nulls: nulls(own) });
    return this;
  }
}

function nulls(list) {
  if (!list.some((value) => value === null || value === undefined)) return new Uint8Array(0);
  const bits = new Uint8Array(Math.ceil(list.length / 8));
  list.forEach((value, row) => {
    if (value === null || value === undefined) bits[row >> 3] |= 1 << (row & 7);
  });
  return bits;
}

export class Block {
  constructor(...tables) {
    this.tables = tables;
  }

  /** A root table from rows of one shape: `Block.of("page", [{ after: 0, limit: 100 }])`. Texts and numbers are told by value. */
  static of(name, rows) {
    const table = new Table(name, rows.length);
    for (const column of Object.keys(rows[0] ?? {})) {
      const list = rows.map((row) => row[column]);
      if (list.some((value) => typeof value === "string")) table.texts(column, list);
      else table.ints(column, list);
    }
    return new Block(table);
  }

  /** The rows of a table as objects under the columns' own names; those of child tables are lists under the child's name. */
  static rows(block, name) {
    const table = block.tables.find((candidate) => candidate.name === name);
    if (!table) return [];
    const rows = Array.from({ length: table.rows }, () => ({}));
    for (const column of table.columns) {
      values(column, table.rows).forEach((value, row) => {
        rows[row][column.name] = value;
      });
    }
    const at = block.tables.indexOf(table);
    // Children follow their parent in the block; what has one end for each of our rows is a child of ours.
    for (const child of block.tables.slice(at + 1)) {
      if (child.ends.length !== table.rows || table.rows === 0) continue;
      const below = Block.rows({ tables: [child] }, child.name);
      rows.forEach((row, index) => {
        row[child.name] = below.slice(index === 0 ? 0 : child.ends[index - 1], child.ends[index]);
      });
    }
    return rows;
  }
}

/** A column's value as an author reads it: fields that end in `-date` are dates. */
function field(column, rows) {
  const list = values(column, rows);
  if (!column.name.endsWith("-date")) return list;
  return list.map((value) => (value === null ? null : fromDays(value)));
}

/**
 * Households of a block, one after another: `{ id, <fields>, members: [{ id, <fields>, income: [], asset: [], spending: [] }] }`.
 * `fields` is the manifest's list, which gives the kinds of items their names.
 */
export function* families(block, fields) {
  const [root, ...others] = block.tables;
  if (!root) return;
  const persons = others.find((table) => table.name === "person");
  const members = persons ? people(persons, others, fields) : [];
  const columns = root.columns.map((column) => [camel(column.name), field(column, root.rows)]);
  for (let row = 0; row < root.rows; row += 1) {
    const family = { id: row, members: [] };
    for (const [name, list] of columns) family[name] = list[row];
    if (persons) family.members = members.slice(row === 0 ? 0 : persons.ends[row - 1], persons.ends[row]);
    yield family;
  }
}

function people(persons, tables, fields) {
  const members = Array.from({ length: persons.rows }, () => ({ income: [], asset: [], spending: [] }));
  for (const column of persons.columns) {
    const name = camel(column.name);
    field(column, persons.rows).forEach((value, row) => {
      members[row][name] = value;
    });
  }
  for (const table of tables.filter((candidate) => ["income", "asset", "spending"].includes(candidate.name))) {
    const kinds = fields.filter((code) => code.startsWith(`${table.name}.`));
    const of = Object.fromEntries(table.columns.map((column) => [column.name, values(column, table.rows)]));
    members.forEach((member, row) => {
      for (let at = row === 0 ? 0 : table.ends[row - 1]; at < table.ends[row]; at += 1) {
        member[table.name].push({
          fact: of.fact[at],
          kind: kinds[of.kind[at]],
          value: of.value[at],
          qualifier: of.qualifier[at],
          from: fromDays(of.from[at]),
          to: of.to[at] === null ? null : fromDays(of.to[at]),
          source: of.source[at],
        });
      }
    });
  }
  return members;
}
