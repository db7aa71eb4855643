// Types of the made-up world.
import type { Context, IsoDate, Plugin, Result } from "./index.js";

export function parse(toml: string): any;
export function readManifest(folder: string): any;
export function readScenarios(folder: string): any[];
export function runScenarios(plugin: Plugin, folder: string): number;

export class World {
  constructor(today: IsoDate, manifest: any);
  logs: string[];
  settings: any;
  parameter(code: string, value: number): this;
  household(id: number, household: { household?: object; members?: object[] }): this;
  scenario(scenario: any): this;
  document(document: object): this;
  answer(topic: string, plugin: string, table: string, rows: object[]): this;
  as(role: string): this;
  context(changes?: Partial<Context>): Context;
  run<T>(work: (context: Context) => T): T;
  assess(plugin: Plugin): Result[];
}
