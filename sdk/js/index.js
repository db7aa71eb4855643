// The whole of the SDK in one import: `import { Refusal, effects, page, parameters } from "@doudi/sdk"`.
//
// A plugin is a function from a snapshot and an input to effects. It reads through the kernel; only the kernel writes.
// The same file runs in the sandbox and, unchanged, in node under a made-up world (`@doudi/sdk/testing.js`).

export * as dates from "./dates.js";
export * as effects from "./effects.js";
export * as page from "./page.js";
export { Block, Table } from "./block.js";
export { Refusal, problem } from "./refusal.js";
export { assessOne, decisionOf, reasonsBlock } from "./decided.js";
export { calendar, decisions, divisions, documents, log, parameters, payments, questions, records } from "./kernel.js";
export { text, yuan } from "./text.js";
