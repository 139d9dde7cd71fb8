"""Writes test/oracle/verdicts.json: random documents and what Python's jsonschema library says of them.

    apt-get install -y python3-jsonschema
    /usr/bin/python3 test/oracle/verdicts.py

The file that is kept was written by Debian 12's package (jsonschema 4.10.3, Python 3.11); 4.26.0 writes the same.
The vendor's messages are those of the library of 2013. test/jirafe-oracle.test.ts sends every document to the
emulator and compares all messages.

The validator is that of draft 4 without format checks. One message is kept for each path: of several keywords the
first of PRECEDENCE, and that of a missing field under the field's own name. Paths are joined by dots.
"""

import importlib.metadata
import json
import pathlib
import random
import re

from jsonschema import Draft4Validator

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PRECEDENCE = ["type", "enum", "minLength", "minimum", "maximum", "uniqueItems", "required"]

# Where a later version says it in other words than the library of 2013. Nothing else differs: 5.0 and 1e2 are no
# integers by draft 4 then and now. In lists of unique elements 1 and true are two values, as they are in JSON; the
# library of 2013 took them for one, as Python does.
DIFFERENCES = [(r" should be non-empty$", " is too short")]

BOUNDS = {"enum", "minLength", "minimum", "maximum", "uniqueItems"}

SEED = 20150123
# Documents of a type of weight 1.
COUNT = 85
MOST_BYTES = 1_300


def load(name):
    schema = json.loads((ROOT / "schemas" / "jirafe" / name).read_text("utf-8"))
    return resolved(schema)


def resolved(value):
    if isinstance(value, list):
        return [resolved(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        return load(value["$ref"])
    return {name: resolved(member) for name, member in value.items()}


FILES = {
    "cart": ["cart"],
    "category": ["category"],
    "customer": ["customer"],
    "employee": ["employee"],
    "order": ["order-placed", "order-accepted", "order-cancelled"],
    "product": ["product"],
    "product.cost": ["product-cost"],
    "product.inventory": ["inventory-first", "inventory-second"],
    "heartbeat": ["heartbeat"],
    "tracker/pageview": ["tracker-pageview"],
    "tracker/visit": ["tracker-visit"],
}
WEIGHTS = {"cart": 5, "order": 5, "product": 6, "product.inventory": 2, "tracker/pageview": 2}
SCHEMAS = {file: load(f"{file}.json") for files in FILES.values() for file in files}
SCHEMAS["order-unknown"] = load("order-unknown.json")


def schema_of(kind, document):
    """Which of a type's schemas is the document's: an order's by its status, a level's by what only the second has."""
    if kind == "order":
        status = document.get("status") if isinstance(document, dict) else None
        known = status if status in ("placed", "accepted", "cancelled") else "unknown"
        return SCHEMAS[f"order-{known}"]
    if kind == "product.inventory":
        names = document if isinstance(document, dict) else ()
        second = any(name in names for name in ("sku_code", "change_date", "effective_date"))
        return SCHEMAS["inventory-second" if second else "inventory-first"]
    return SCHEMAS[FILES[kind][0]]


class Literal(str):
    """JSON text that stands for itself, such as 1e2."""


class Pairs(list):
    """An object by its names and values, of which names may come twice."""


def write(value, rng):
    """JSON text, with texts sometimes escaped."""
    if isinstance(value, Literal):
        return str(value)
    if isinstance(value, Pairs):
        return "{" + ",".join(write(name, rng) + ":" + write(member, rng) for name, member in value) + "}"
    if isinstance(value, dict):
        return write(Pairs(value.items()), rng)
    if isinstance(value, list):
        return "[" + ",".join(write(each, rng) for each in value) + "]"
    if isinstance(value, str):
        lone = any("\ud800" <= character <= "\udfff" for character in value)
        return json.dumps(value, ensure_ascii=lone or rng.random() < 0.3)
    return json.dumps(value)


TEXTS = [
    "", "a", "red", "it's", 'say "12"', "it's \"12\"", "back\\slash", "tab\tline\nend", "\x00\x07\x1b\x7f", "é", "日本",
    "😀", "\ud83d", "\u200b\u2028\xa0", "\ufeff", "accepted", "placed", "cancelled", "shipped", "5", "None", "__proto__",
    "2013-07-30T19 =>19 =>05Z", "2015-01-23T16:35:38+0000", "\U000e0001", "a.b", "%s {0} $&", "שלום",
]
NUMBERS = [
    "0", "-0", "1", "-1", "5", "5.0", "1e2", "1E+2", "-0.0", "0.5", "-0.5", "12.95", "1e400", "-1e400", "1e-7", "5e-324", "-5e-324",
    "9007199254740991", "9007199254740992", "9007199254740993", "-9007199254740992", "-9007199254740993",
    "9007199254740992.0", "9007199254740993.0", "9007199254740994.0", "-9007199254740994.0", "1e16", "1e15", "123456789012345678.5",
    "12345678901234567890", "-12345678901234567890", "1" + "0" * 25 + "1", "1e22", "1.5e300", "0.1", "100000000000000000000",
]


def anything(rng, depth=0):
    choice = rng.randrange(9 if depth < 2 else 7)
    if choice == 0:
        return None
    if choice == 1:
        return rng.random() < 0.5
    if choice in (2, 3, 4):
        return Literal(rng.choice(NUMBERS))
    if choice in (5, 6):
        return rng.choice(TEXTS)
    if choice == 7:
        return [anything(rng, depth + 1) for _ in range(rng.randrange(3))]
    return {rng.choice(TEXTS): anything(rng, depth + 1) for _ in range(rng.randrange(3))}


def valid(schema, rng, depth=0):
    """A document that is right by the schema, with a few of its optional fields."""
    if "enum" in schema:
        return rng.choice(schema["enum"])
    kind = schema.get("type")
    if kind == "string":
        if schema.get("format"):
            return "2015-01-23"
        return rng.choice(["a", "b", "c1"])
    if kind == "boolean":
        return rng.random() < 0.5
    if kind in ("integer", "number"):
        least, most = schema.get("minimum", 0), schema.get("maximum", 12)
        return max(least, min(most, rng.choice([0, 1, 2, 12])))
    if kind == "array":
        elements = [valid(schema.get("items", {}), rng, depth + 1) for _ in range(rng.choice([0, 1, 1, 2]))]
        if schema.get("uniqueItems") and len(elements) == 2:
            elements[1] = dict(elements[1], id="other")
        return elements
    if kind == "object":
        optional = 0.12 if depth == 0 else 0.06
        required = schema.get("required", [])
        return {
            name: valid(member, rng, depth + 1)
            for name, member in schema.get("properties", {}).items()
            if name in required or rng.random() < optional
        }
    return anything(rng)


def places(schema, value, way=()):
    """Every declared place in a document that there is, or could be, with its schema."""
    yield way, schema
    if isinstance(value, dict):
        for name, member in schema.get("properties", {}).items():
            yield from places(member, value.get(name), way + (name,))
    if isinstance(value, list):
        for index, element in enumerate(value):
            yield from places(schema.get("items", {}), element, way + (index,))


def near(schema, rng):
    """A value that a keyword of the schema is likely to be about."""
    if "enum" in schema and rng.random() < 0.6:
        return rng.choice([each.upper() for each in schema["enum"]] + schema["enum"] + ["", "placed"])
    kind = schema.get("type")
    if kind in ("integer", "number") and rng.random() < 0.7:
        around = [str(schema[name] + by) for name in ("minimum", "maximum") if name in schema for by in (-1, 0, 1)]
        return Literal(rng.choice(rng.choice([NUMBERS, around or NUMBERS])))
    if "minLength" in schema and rng.random() < 0.4:
        return rng.choice(["", "", " ", "\ud83d"])
    if kind == "string" and rng.random() < 0.4:
        return rng.choice(TEXTS)
    if kind == "array" and rng.random() < 0.6:
        element = valid(schema.get("items", {}), rng, 3)
        if schema.get("uniqueItems"):
            return twins(element, rng)
        return [element, anything(rng, 1)]
    return anything(rng)


def twins(element, rng):
    """Lists with elements that are the same, or nearly."""
    if not isinstance(element, dict):
        return [element, element]
    one, other = rng.choice([
        (1, 1), (Literal("1"), Literal("1.0")), (Literal("1e2"), 100), (1, "1"), (1, True), (0, False), (None, False),
        ([1, 2], [2, 1]), ([], {}), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), (Literal("0.0"), Literal("-0")),
        (Literal("9007199254740993"), Literal("9007199254740992")), (Literal("9007199254740992.0"), Literal("9007199254740992")),
        ("é", "e\u0301"), ([Literal("2.0")], [2]), (Literal("1e400"), Literal("1e401")),
        (Literal("1e22"), 10**22), (Literal("1e23"), 10**23), (Literal("1e400"), None), (Literal("1e400"), Literal("-1e400")),
        (Literal("9007199254740993"), {"digits": "9007199254740993"}), (Literal("9007199254740993"), "9007199254740993"),
        ("null", None), ("", "\x00"), ({"a": None}, {}), ({"__proto__": 1}, {"__proto__": Literal("1.0")}), ("\ud83d", "\\ud83d"),
    ])
    twin = dict(reversed(list(element.items())), more=other)
    lists = [[dict(element, more=one), twin], [twin, element, dict(element, more=one)], [5, element, Literal("5.0")], [element, element]]
    return rng.choice(lists)


def mutated(document, schema, rng):
    """The document with one place changed: another value, none at all, or a name more."""
    every = list(places(schema, document))
    judged = [(way, at) for way, at in every if BOUNDS.intersection(at)]
    way, at = rng.choice(judged if judged and rng.random() < 0.35 else every)
    if not way:
        if rng.random() < 0.15:
            return anything(rng)
        if isinstance(document, dict):
            return dict(document, **{rng.choice(TEXTS): anything(rng)})
        return document
    return changed(document, way, at, rng)


def changed(value, way, at, rng):
    name, rest = way[0], way[1:]
    if isinstance(value, list):
        return [changed_part(each, rest, at, rng) if index == name else each for index, each in enumerate(value)]
    if not isinstance(value, dict):
        return value
    if not rest and rng.random() < 0.3:
        return {each: member for each, member in value.items() if each != name}
    return {**value, name: changed_part(value.get(name), rest, at, rng)}


def changed_part(value, rest, at, rng):
    return changed(value, rest, at, rng) if rest else near(at, rng)


def with_repeated_name(document, rng):
    """A name that comes once more: the last counts, at the place of the first."""
    if not isinstance(document, dict) or not document:
        return document
    name = rng.choice(list(document))
    return Pairs([*document.items(), (name, anything(rng))])


def verdict(schema, document):
    found = {}
    for error in Draft4Validator(schema).iter_errors(document):
        path = [str(step) for step in error.absolute_path]
        message = error.message
        if error.validator == "required":
            path.append(next(name for name in error.validator_value if message == f"{name!r} is a required property"))
        for said, meant in DIFFERENCES:
            if re.search(said, message):
                message = re.sub(said, meant, message)
        rank = PRECEDENCE.index(error.validator)
        told = found.get(".".join(path))
        if told is None or rank < told[0]:
            found[".".join(path)] = (rank, message)
    return {path: message for path, (_, message) in sorted(found.items())}


def rows_of(kind):
    # Its own sequence, so that a further type changes nothing of the others.
    rng = random.Random(f"{SEED} {kind}")
    rows = []
    while len(rows) < COUNT * WEIGHTS.get(kind, 1):
        document = valid(SCHEMAS[rng.choice(FILES[kind])], rng)
        for _ in range(rng.choice([0, 1, 1, 2, 2, 3, 4])):
            document = mutated(document, schema_of(kind, document), rng)
        if rng.random() < 0.04:
            document = with_repeated_name(document, rng)
        text = write(document, rng)
        # What Python sees is what it reads, not what was made.
        read = json.loads(text)
        told = verdict(schema_of(kind, read), read)
        if len(text) <= MOST_BYTES and len(json.dumps(told)) <= MOST_BYTES:
            rows.append([kind, text, told])
    return rows


def main():
    rows = [row for kind in FILES for row in rows_of(kind)]
    target = pathlib.Path(__file__).with_name("verdicts.json")
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    target.write_text(f"[\n{lines}\n]\n", "utf-8")
    refused = sum(1 for row in rows if row[2])
    print(f"jsonschema {importlib.metadata.version('jsonschema')}: {len(rows)} documents, {refused} refused, {target.stat().st_size} bytes")


main()
