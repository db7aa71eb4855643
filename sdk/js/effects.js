// Wishes. The kernel checks each against schema, grants, workflow and scope, and carries out all or none. Payloads are those of
// `wit/schemas/effect-1.json`; ids are numbers here and texts on the way, because JSON loses digits of large numbers.

import { text } from "./text.js";

const id = (value) => (value === null || value === undefined ? undefined : String(value));

function effect(kind, target, payload) {
  return { kind, target, payload: JSON.stringify(payload) };
}

/**
 * Creates a document: `create("finding", "标题", { household, state, body, indexes })`. One that is about no household may lie in
 * another place than the actor's: `division`, 12 digits.
 */
export function create(collection, title, { household, person, division, key = "", state, due, note = "", indexes, body = {} }) {
  return effect("document.put", `document/${collection}`, {
    collection, key, title: text(title), household: id(household), person: id(person), division: id(division), state, due, note,
    indexes, body,
  });
}

/** Moves a document on, on top of the revision that was read; what is left out stays. One that has none may be given a household. */
export function move(document, state, { title, household, person, division, due, note = "", indexes, body } = {}) {
  return effect("document.put", `document/${document.id}`, {
    collection: document.collection, id: id(document.id), expected_revision: document.revision, key: document.key,
    title: text(title ?? document.title), household: id(household ?? document.household), person: id(person ?? document.person),
    division: id(division), state, due, note, indexes, body: body ?? document.body,
  });
}

/** Records an immutable decision; `decisionOf` makes one of an assessed household. */
export function decide(decision) {
  return effect("decision.record", `household/${decision.household}`, {
    ...decision, household: id(decision.household), person: id(decision.person), document: id(decision.document),
    supersedes: id(decision.supersedes),
  });
}

/** Proposes a fact: `{ household | person, field, value | text, from, to, source, note }`. */
export function propose(fact) {
  const target = fact.person ? `person/${fact.person}` : `household/${fact.household}`;
  return effect("fact.propose", target, {
    ...fact, household: id(fact.household), person: id(fact.person), supersedes: id(fact.supersedes),
  });
}

/** Tells other measures; topics begin with the plugin's own id. */
export function publish(topic, { household, person, document, payload = null } = {}) {
  return effect("event.publish", topic, { topic, household: id(household), person: id(person), document: id(document), payload });
}

/** A letter: `letter("告知书", { household, document, paragraphs: ["…"] })`. */
export function letter(title, { household, person, document, paragraphs, serveBy, word }) {
  return effect("notice.issue", `household/${household}`, {
    form: "letter", title: text(title), document: id(document), household: id(household), person: id(person),
    paragraphs: paragraphs.map((words) => text(words)), serve_by: serveBy, word,
  });
}

/** Any other kind of the registry, with the payload of its schema. */
export function other(kind, target, payload) {
  return effect(kind, target, payload);
}
