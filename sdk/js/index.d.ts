// Types of the SDK. A plugin written in TypeScript compiles to one JavaScript module first; in JavaScript,
// `/** @type {import("@doudi/sdk").Plugin} */` gives an editor the same help.

/** An ISO date: `2022-07-20`. */
export type IsoDate = string;
/** Integer fen (0.01 yuan). Never a fraction. */
export type Fen = number;
export type Words = string | { zh: string; en?: string };

export interface Problem { field: string; code: string; message: string }
export interface Actor { user: number; role: string; division: number }
/** What comes with every call. There is no other clock and no other source of chance. */
export interface Context {
  today: IsoDate; now: number; actor: Actor; county: number; seed: number; settings: any; trial: boolean;
}

export interface Item {
  fact: number; kind: string; value: Fen; qualifier: number; from: IsoDate; to: IsoDate | null; source: number;
}
/** Declared fields in camel case without their table: `person.birth-date` is `birthDate`; absent values are null. */
export interface Member { id: number; income: Item[]; asset: Item[]; spending: Item[]; [field: string]: any }
export interface Family { id: number; members: Member[]; [field: string]: any }

export interface Reason { code: string; args?: number[]; facts?: number[] }
export interface Result {
  outcome: string; amount?: Fen; covered?: number; figures?: Record<string, number>; reasons?: Reason[];
}

export interface Document {
  id: number; collection: string; key: string; title: string; household: number | null; person: number | null; division: number;
  state: string; since: IsoDate; due: IsoDate | null; revision: number; body: any; created: IsoDate;
}
export interface Decision {
  id: number; scheme: string; household: number; person: number | null; document: number | null; outcome: string; effect: string;
  amount: Fen; coveredPersons: number; begins: IsoDate; ends: IsoDate | null; asOf: IsoDate; decided: IsoDate;
  figures: Record<string, number>;
}
export interface Effect { kind: string; target: string; payload: string }
export interface Page { title?: Words; missing?: Words[]; blocks: object[] }

export interface Action {
  id: string; collection: string; document: Document | null; household: number | null; person: number | null; values: any;
  /** What is known of the files the values name: equal files have equal digests. */
  files: { id: number; digest: string; bytes: number }[];
}
export interface Event {
  topic: string; household: number | null; person: number | null; document: number | null; payload: any;
}
export interface Step { effects?: Iterable<Effect>; next?: string | number | null }
export interface PageRequest { page: string; document: Document | null; household: number | null; query: Record<string, string> }
export interface FillRequest { form: string; document: Document | null; household: number | null; values: any; changed: string }
export interface Indicator { code: string; label: string; part: number; whole: number; target?: number; drillDown?: string }
export interface Taken { effects?: Iterable<Effect>; rejected?: Iterable<[number, Problem]> }

/** The default export of a plugin: the points its manifest names, and no others. */
export interface Plugin {
  assess?(context: Context, families: Iterable<Family>): Iterable<Result>;
  act?(context: Context, action: Action): Iterable<Effect>;
  react?(context: Context, event: Event): Iterable<Effect>;
  tick?(context: Context, job: string, due: IsoDate, cursor: string | null): Step;
  view?(context: Context, request: PageRequest): Page;
  fill?(context: Context, request: FillRequest): object;
  answer?(context: Context, topic: string, on: IsoDate, block: Block): Block;
  indicators?(context: Context, begins: IsoDate, ends: IsoDate): Iterable<Indicator>;
  intake?(context: Context, feed: string, rows: Record<string, any>[]): Taken;
  migrate?(context: Context, older: string, documents: Document[]): Iterable<Effect>;
  checkSettings?(settings: any): Iterable<Problem>;
}

export class Refusal extends Error {
  constructor(message: string, more?: { code?: string; problems?: Problem[] });
  code: string;
  problems: Problem[];
  static invalid(message: string, problems?: Problem[]): Refusal;
  static notFound(message: string): Refusal;
  static unknown(what: string, name: string): Refusal;
}
export function problem(field: string, message: string, code?: string): Problem;

export class Table {
  constructor(name: string, rows: number, ends?: number[]);
  ints(name: string, list: Iterable<number | null>): this;
  texts(name: string, list: Iterable<string | null>): this;
}
export class Block {
  constructor(...tables: Table[]);
  static of(name: string, rows: Record<string, number | string | null>[]): Block;
  static rows(block: Block, name: string): Record<string, any>[];
}

export function assessOne(plugin: Plugin, context: Context, household: number): Result;
export function reasonsBlock(result: Result): object;
export function decisionOf(result: Result, scheme: string, household: number, from: IsoDate, asOf: IsoDate): object;
export function text(words: Words, en?: string): { zh: string; en?: string };
export function yuan(fen: Fen): string;

export const records: {
  households(ids: number[], asOf: IsoDate): Family[];
  recipients(scheme: string, asOf: IsoDate, after?: number, limit?: number): number[];
  all(after?: number, limit?: number): number[];
};
export interface Division { code: number; parent: number | null; level: "county" | "town" | "village"; name: string }
export const divisions: { list(): Division[] };
export interface DocumentQuery {
  collection: string; states?: string[]; household?: number; person?: number; dueBy?: IsoDate; byIndex?: [string, string];
  after?: number; limit?: number;
}
export const documents: { get(id: number): Document; find(query: DocumentQuery): Document[] };
export const decisions: {
  get(id: number): Decision;
  ofHousehold(household: number): Decision[];
  inForce(scheme: string, on: IsoDate, more?: { decidedSince?: IsoDate; after?: number; limit?: number }): Decision[];
};
export interface Parameter { version: number; value: number; begins: IsoDate; source: string; verified: boolean }
export const parameters: { get(code: string, on: IsoDate): Parameter | null; require(code: string, on: IsoDate): number };
export const calendar: {
  isWorkingDay(on: IsoDate): boolean;
  addWorkingDays(start: IsoDate, count: number): IsoDate;
  workingDaysBetween(first: IsoDate, second: IsoDate): number;
};
export const questions: {
  ask(topic: string, on: IsoDate, block: Block): { plugin: string; block: Block }[];
  rows(topic: string, on: IsoDate, table: string, more?: { limit?: number }): Iterable<Record<string, any> & { plugin: string }>;
};
export const payments: {
  lines(query: object): Record<string, any>[];
  totals(document: number): Record<string, any>;
  conflicts(document: number, after?: number, limit?: number): Record<string, any>[];
};
export const log: { debug(message: string): void; info(message: string): void; warn(message: string): void };

export namespace dates {
  function fromDays(days: number): IsoDate;
  function toDays(date: IsoDate): number;
  function parts(date: IsoDate): { year: number; month: number; day: number };
  function of(year: number, month: number, day: number): IsoDate;
  function addDays(date: IsoDate, days: number): IsoDate;
  function addMonths(date: IsoDate, months: number): IsoDate;
  function firstOfMonth(date: IsoDate): IsoDate;
  function lastOfMonth(date: IsoDate): IsoDate;
  function age(birth: IsoDate, day: IsoDate): number;
  function chinese(date: IsoDate): string;
}

export namespace effects {
  interface Put {
    household?: number | null; person?: number | null; key?: string; state: string; due?: IsoDate; note?: string;
    indexes?: Record<string, string>; body?: object;
  }
  function create(collection: string, title: Words, put: Put): Effect;
  function move(document: Document, state: string, changes?: Partial<Put> & { title?: Words }): Effect;
  function decide(decision: object): Effect;
  function propose(fact: object): Effect;
  function publish(topic: string, about?: { household?: number; person?: number; document?: number; payload?: any }): Effect;
  function letter(title: Words, letter: {
    household: number; person?: number; document?: number; paragraphs: Words[]; serveBy?: IsoDate; word?: string;
  }): Effect;
  function other(kind: string, target: string, payload: object): Effect;
}

export namespace page {
  type Tone = "neutral" | "good" | "soon" | "bad" | "progress";
  type Value = string | number | null | object;
  function page(title: Words | undefined, ...blocks: object[]): Page;
  function heading(words: Words): object;
  function paragraph(words: Words): object;
  function note(tone: Tone, words: Words): object;
  function facts(rows: [Words, Value, Words?][]): object;
  function figures(items: [Words, Value, Tone?][]): object;
  function table(columns: Words[], rows: (Value[] | { cells: Value[]; link?: object })[], empty?: Words): object;
  function timeline(items: [IsoDate, Words, Tone?][]): object;
  function columns(...lists: object[][]): object;
  function form(name: string, action?: string): object;
  const cell: {
    of(value: Value): object; text(words: Words): object; money(fen: Fen): object; number(number: number): object;
    ratio(basisPoints: number): object; date(date: IsoDate): object; due(date: IsoDate): object; person(person: number): object;
    household(household: number): object; division(division: number): object; badge(tone: Tone, words: Words): object;
    code(table: string, code: number): object;
  };
  const link: {
    household(household: number): object; document(document: number): object; decision(decision: number): object;
    page(name: string, query?: Record<string, string>): object;
  };
}
