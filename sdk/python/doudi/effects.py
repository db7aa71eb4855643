"""Wishes. The kernel checks each against schema, grants, workflow and scope, and carries out all or none. Payloads are those of
`wit/schemas/effect-1.json`; ids travel as texts, because JSON of other languages loses digits of large numbers."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from .kernel import Document
from .words import Words, text


@dataclass
class Effect:
    kind: str
    target: str
    payload: str


def _id(value: int | None) -> str | None:
    return None if value is None else str(value)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _effect(kind: str, target: str, payload: dict) -> Effect:
    payload = {key: value for key, value in payload.items() if value is not None}
    return Effect(kind, target, json.dumps(payload, ensure_ascii=False))


def create(
    collection: str, title: Words, *, state: str, household: int | None = None, person: int | None = None,
    division: int | None = None, key: str = "", due: date | None = None, note: str = "",
    indexes: dict[str, str] | None = None, body: dict | None = None,
) -> Effect:
    """Creates a document. One that is about no household may lie in another place than the actor's: `division`, 12 digits."""
    return _effect("document.put", f"document/{collection}", {
        "collection": collection, "key": key, "title": text(title), "household": _id(household), "person": _id(person),
        "division": _id(division), "state": state, "due": _iso(due), "note": note, "indexes": indexes, "body": body or {},
    })


def move(
    document: Document, state: str, *, title: Words | None = None, household: int | None = None, person: int | None = None,
    division: int | None = None, due: date | None = None, note: str = "", indexes: dict[str, str] | None = None,
    body: dict | None = None,
) -> Effect:
    """Moves a document on, on top of the revision that was read; what is left out stays. One that has none may be given a household."""
    return _effect("document.put", f"document/{document.id}", {
        "collection": document.collection, "id": _id(document.id), "expected_revision": document.revision,
        "key": document.key, "title": text(title or document.title), "household": _id(household or document.household),
        "person": _id(person or document.person), "division": _id(division), "state": state, "due": _iso(due), "note": note, "indexes": indexes,
        "body": document.body if body is None else body,
    })


def decide(decision: dict) -> Effect:
    """Records an immutable decision; `decision_of` makes one of an assessed household."""
    ids = {key: _id(decision[key]) for key in ("household", "person", "document", "supersedes") if decision.get(key)}
    days = {key: _iso(decision[key]) for key in ("from", "to", "as_of") if isinstance(decision.get(key), date)}
    return _effect("decision.record", f"household/{decision['household']}", {**decision, **ids, **days})


def publish(
    topic: str, *, household: int | None = None, person: int | None = None, document: int | None = None, payload: Any = None
) -> Effect:
    """Tells other measures; topics begin with the plugin's own id."""
    return _effect("event.publish", topic, {
        "topic": topic, "household": _id(household), "person": _id(person), "document": _id(document), "payload": payload,
    })


def letter(
    title: Words, *, household: int, paragraphs: list[Words], person: int | None = None, document: int | None = None,
    serve_by: date | None = None, word: str = "",
) -> Effect:
    """A letter to a household."""
    return _effect("notice.issue", f"household/{household}", {
        "form": "letter", "title": text(title), "document": _id(document), "household": _id(household),
        "person": _id(person), "paragraphs": [text(words) for words in paragraphs], "serve_by": _iso(serve_by), "word": word,
    })


def other(kind: str, target: str, payload: dict) -> Effect:
    """Any other kind of the registry, with the payload of its schema."""
    return _effect(kind, target, payload)
