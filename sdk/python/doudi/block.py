"""Bulk data is columns. An author seldom sees one: the families of a block are plain objects, and a question's answer reads row
by row. Building a block is for those who ask or answer questions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

from .words import from_days, snake

ITEM_TABLES = ("income", "asset", "spending")


@dataclass
class Ints:
    value: list[int]


@dataclass
class TextValues:
    ends: list[int]
    bytes: bytes


@dataclass
class Texts:
    value: TextValues


@dataclass
class Column:
    name: str
    values: Any
    nulls: bytes


@dataclass
class Item:
    """One income, asset or spending of a person. `kind` is the catalogue's code."""

    fact: int
    kind: str
    value: int
    qualifier: int
    begins: date
    ends: date | None
    source: int

    def covers(self, day: date) -> bool:
        return self.begins <= day and (self.ends is None or day <= self.ends)


class Member(SimpleNamespace):
    """Declared fields in snake case without their table: `person.birth-date` is `birth_date`. Absent values are None."""

    id: int
    income: list[Item]
    asset: list[Item]
    spending: list[Item]


class Family(SimpleNamespace):
    id: int
    members: list[Member]


def _nulls(values: list) -> bytes:
    if all(value is not None for value in values):
        return b""
    bits = bytearray((len(values) + 7) // 8)
    for row, value in enumerate(values):
        if value is None:
            bits[row >> 3] |= 1 << (row & 7)
    return bytes(bits)


@dataclass
class Table:
    name: str
    rows: int
    ends: list[int] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)

    def ints(self, name: str, values: Iterable[int | None]) -> "Table":
        """Adds a column of whole numbers; None where there is none."""
        own = list(values)
        self.columns.append(Column(name, Ints([int(value or 0) for value in own]), _nulls(own)))
        return self

    def texts(self, name: str, values: Iterable[str | None]) -> "Table":
        """Adds a column of texts; None where there is none."""
        own = list(values)
        content, ends = bytearray(), []
        for value in own:
            content += (value or "").encode()
            ends.append(len(content))
        self.columns.append(Column(name, Texts(TextValues(ends, bytes(content))), _nulls(own)))
        return self


@dataclass
class Block:
    tables: list[Table]

    @staticmethod
    def of(name: str, rows: list[dict]) -> "Block":
        """A root table from rows of one shape: `Block.of("page", [{"after": 0, "limit": 100}])`."""
        table = Table(name, len(rows))
        for column in rows[0] if rows else {}:
            values = [row.get(column) for row in rows]
            if any(isinstance(value, str) for value in values):
                table.texts(column, values)
            else:
                table.ints(column, values)
        return Block([table])

    @staticmethod
    def rows(block: Any, name: str) -> list[dict]:
        """The rows of a table under the columns' own names; those of child tables are lists under the child's name."""
        place = next((place for place, table in enumerate(block.tables) if table.name == name), None)
        if place is None:
            return []
        table = block.tables[place]
        columns = [(column.name, values(column, table.rows)) for column in table.columns]
        rows = [{column: list_[row] for column, list_ in columns} for row in range(table.rows)]
        # Children follow their parent in the block; what has one end for each of our rows is a child of ours.
        for child in block.tables[place + 1 :]:
            if rows and len(child.ends) == table.rows:
                below = Block.rows(Block([child]), child.name)
                start = 0
                for row, end in zip(rows, child.ends):
                    row[child.name] = below[start:end]
                    start = end
        return rows


def values(column: Any, rows: int) -> list:
    """The values of one column, absent ones as None."""
    content = column.values.value
    if hasattr(content, "ends"):
        found, start = [], 0
        for end in content.ends:
            found.append(content.bytes[start:end].decode())
            start = end
    else:
        found = list(content)
    nulls = column.nulls
    if nulls:
        for row in range(rows):
            if nulls[row >> 3] >> (row & 7) & 1:
                found[row] = None
    return found


def _field(column: Any, rows: int) -> list:
    found = values(column, rows)
    if column.name.endswith("-date"):
        return [None if value is None else from_days(value) for value in found]
    return found


def families(block: Any, fields: list[str]) -> Iterator[Family]:
    """Households of a block, one after another. `fields` is the manifest's list, which gives kinds of items their names."""
    if not block.tables:
        return
    root = block.tables[0]
    persons = next((table for table in block.tables[1:] if table.name == "person"), None)
    members = _people(persons, block.tables, fields) if persons else []
    columns = [(snake(column.name), _field(column, root.rows)) for column in root.columns]
    start = 0
    for row in range(root.rows):
        family = Family(**{name: found[row] for name, found in columns}, members=[])
        if persons:
            family.members = members[start : persons.ends[row]]
            start = persons.ends[row]
        yield family


def _people(persons: Any, tables: list, fields: list[str]) -> list[Member]:
    columns = [(snake(column.name), _field(column, persons.rows)) for column in persons.columns]
    members = [
        Member(**{name: found[row] for name, found in columns}, income=[], asset=[], spending=[])
        for row in range(persons.rows)
    ]
    for table in tables:
        if table.name not in ITEM_TABLES:
            continue
        kinds = [code for code in fields if code.startswith(f"{table.name}.")]
        of = {column.name: values(column, table.rows) for column in table.columns}
        start = 0
        for member, end in zip(members, table.ends):
            for at in range(start, end):
                ends = of["to"][at]
                getattr(member, table.name).append(
                    Item(
                        of["fact"][at], kinds[of["kind"][at]], of["value"][at], of["qualifier"][at],
                        from_days(of["from"][at]), None if ends is None else from_days(ends), of["source"][at],
                    )
                )
            start = end
    return members
