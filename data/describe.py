"""Describe the tables for machines and for people: datapackage.json and docs/codebook.md."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path

import yaml

TYPES = {"text": "string"}
LIMITS = {"from": "minimum", "to": "maximum", "in": "enum", "form": "pattern"}


def schemas(file: Path) -> dict[str, dict]:
    """Every table of schemas.yml by its name, its columns spelled out in order."""
    read = yaml.safe_load(file.read_text(encoding="utf-8"))

    def columns(listed: list) -> dict[str, dict]:
        out = {}
        for entry in listed:
            [(name, own)] = {entry: {}}.items() if isinstance(entry, str) else entry.items()
            about = {
                k: v for k, v in (read["columns"].get(name, {}) | own).items() if v is not None
            }
            out |= dict.fromkeys(about.pop("expand", [name]), about)
        return out

    return {n: t | {"columns": columns(t["columns"])} for n, t in read["tables"].items()}


def field(name: str, about: dict) -> dict:
    """A column as Frictionless describes it."""
    kind = about["is"].rstrip("!")
    limits = {"required": True} if about["is"].endswith("!") else {}
    limits |= {there: about[here] for here, there in LIMITS.items() if here in about}
    described = {"name": name, "type": TYPES.get(kind, kind), "description": about["means"]}
    return described | ({"constraints": limits} if limits else {})


def resource(name: str, table: dict) -> dict:
    """A table as Frictionless describes it, with what it was made from."""
    to = {
        c: "sources.source_id" for c in table["columns"] if c == "source_id" and name != "sources"
    }
    references = [(c, *there.split(".")) for c, there in (to | table.get("to", {})).items()]
    schema = {
        "fields": [field(c, about) for c, about in table["columns"].items()],
        "primaryKey": table["key"],
        "missingValues": [""],
    }
    if references:
        schema["foreignKeys"] = [
            {"fields": c, "reference": {"resource": there, "fields": field}}
            for c, there, field in references
        ]
    if "unique" in table:
        schema["uniqueKeys"] = [table["unique"]]
    return {
        "name": name,
        "path": table["path"],
        "title": table["title"],
        "description": table["says"],
        "made": table["made"],
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"csv": {"delimiter": ","}},
        "schema": schema,
    }


def datapackage(tables: dict[str, dict]) -> str:
    """The Frictionless description of all tables."""
    described = {
        "name": "zoneplan",
        "title": "A development zone's plan, its public record and its reference classes",
        "description": (
            "Targets of a development zone plan, published figures of the zone and of its peers, "
            "and growth of comparable regions. Made by data/build.py from the figures as printed "
            "in data/sourced."
        ),
        "resources": [resource(name, table) for name, table in tables.items()],
    }
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def codebook(tables: dict[str, dict]) -> str:
    """What every column of every table means, for people."""
    lines = ["# Codebook", "", "Written by data/build.py from data/schemas.yml.", ""]
    for name, table in tables.items():
        lines += [f"## {name}", "", table["says"], ""]
        lines += [f"File: data/{table['path']}. Made from: {table['made']}.", ""]
        lines += ["| column | meaning | unit or words allowed |", "|---|---|---|"]
        # Columns that were spelled out from one entry share its description.
        for _, alike in groupby(table["columns"].items(), key=lambda c: id(c[1])):
            (first, about), *_, (last, _) = [*alike] * 2
            column = first if first == last else f"{first} to {last}"
            words = about.get("unit") or (", ".join(map(str, about.get("in", []))))
            must = " Never empty." if about["is"].endswith("!") else ""
            lines.append(f"| {column} | {about['means']}.{must} | {words} |".replace("..", "."))
        lines.append("")
    return "\n".join(lines)
