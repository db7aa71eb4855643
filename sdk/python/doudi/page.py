"""Pages: data only. The kernel draws them, masks names by the reader's office and turns references into links; a plugin points at
people and households by id. Schema: `wit/schemas/page-1.json`."""

from datetime import date
from typing import Any

from .words import Words, text


def page(title: Words | None, *blocks: dict) -> dict:
    """A page of blocks; the title may be None where the manifest's says enough."""
    return ({"title": text(title)} if title else {}) | {"blocks": list(blocks)}


def heading(words: Words) -> dict:
    return {"block": "heading", "text": text(words)}


def paragraph(words: Words) -> dict:
    return {"block": "paragraph", "text": text(words)}


def note(tone: str, words: Words) -> dict:
    """Tones: neutral, good, soon, bad, progress."""
    return {"block": "note", "tone": tone, "text": text(words)}


def facts(*rows: tuple) -> dict:
    """Label and value pairs, and if you like where the value comes from."""
    return {"block": "facts", "rows": [
        {"label": text(row[0]), "value": cell(row[1])} | ({"note": text(row[2])} if len(row) > 2 else {}) for row in rows
    ]}


def figures(*items: tuple) -> dict:
    """One to four big numbers: label, value and, if you like, tone."""
    return {"block": "figures", "items": [
        {"label": text(item[0]), "value": cell(item[1]), "tone": item[2] if len(item) > 2 else "neutral"} for item in items
    ]}


def table(columns: list[str], rows: list, empty: Words | None = None) -> dict:
    """A table: columns are labels, `#label` for numbers; a row is a list of cells, or a pair of such a list and a link."""
    drawn = []
    for row in rows:
        cells, target = row if isinstance(row, tuple) else (row, None)
        drawn.append({"cells": [cell(value) for value in cells]} | ({"link": target} if target else {}))
    heads = [{"label": text(label.removeprefix("#")), "number": label.startswith("#")} for label in columns]
    return {"block": "table", "columns": heads, "rows": drawn} | ({"empty": text(empty)} if empty else {})


def columns(*lists: list[dict]) -> dict:
    return {"block": "columns", "columns": list(lists)}


def cell(value: Any) -> dict:
    """A text, a number, a date, nothing, or a cell as it is."""
    match value:
        case None:
            return {"cell": "empty"}
        case str():
            return {"cell": "text", "text": text(value)}
        case int():
            return {"cell": "number", "number": value}
        case date():
            return {"cell": "date", "date": value.isoformat()}
    return value


def money(fen: int) -> dict:
    return {"cell": "money", "fen": fen}


def ratio(basis_points: int) -> dict:
    return {"cell": "ratio", "basis_points": basis_points}


def due(day: date) -> dict:
    return {"cell": "due", "date": day.isoformat()}


def person(id: int) -> dict:
    return {"cell": "person", "person": str(id)}


def household(id: int) -> dict:
    return {"cell": "household", "household": str(id)}


def division(code: int) -> dict:
    return {"cell": "division", "division": str(code)}


def badge(tone: str, words: Words) -> dict:
    return {"cell": "badge", "tone": tone, "text": text(words)}


def code(table: str, number: int) -> dict:
    return {"cell": "code", "table": table, "code": number}


def to_household(id: int) -> dict:
    return {"to": "household", "household": str(id)}


def to_document(id: int) -> dict:
    return {"to": "document", "document": str(id)}


def to_page(name: str, **query: str) -> dict:
    return {"to": "page", "page": name, "query": query}
