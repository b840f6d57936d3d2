"""``plan.yml``: what a plan says of itself, checked at once, with what may be left out put in."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from zoneplan.data.yaml_file import read_yaml, schema_problems
from zoneplan.errors import DataError, Problem

YEARLY = "yearly"
FILE = "plan.yml"


def day(value: object) -> object:
    """A date from a text such as 2018-10-30; whatever is no text is left to the check of types."""
    if isinstance(value, datetime):
        return value.date()
    return date.fromisoformat(value) if isinstance(value, str) else value


def _rising(years: list[int]) -> list[int]:
    if years != sorted(set(years)):
        raise ValueError("years do not rise")
    return years


Text = Annotated[str, StringConstraints(pattern=r"\S")]
Year = Annotated[int, Field(ge=1900, le=2200)]
Day = Annotated[date, BeforeValidator(day)]
Three = Annotated[list[Text], Field(min_length=3, max_length=3)]
_TEXT = Field(default="", description="a text such as Jiaxing development zone")
_DAY = "a date such as 2018-10-30"
_IDS = "a list of indicators such as [new_firms]"


class Description(BaseModel):
    """The keys of ``plan.yml``; their descriptions are what a reader is told to write instead."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: Text = Field(description="a short name such as my_zone")
    name_zh: Text = _TEXT
    name_en: Text = _TEXT
    zone_zh: Text = _TEXT
    zone_en: Text = _TEXT
    adopted: Day = Field(description=_DAY)
    published: Day | None = Field(default=None, description=_DAY)
    as_of: Day | None = Field(default=None, description=_DAY)
    base_year: Year = Field(default=0, description="a year such as 2017")
    years: Annotated[list[Year], Field(min_length=1), AfterValidator(_rising)] = Field(
        description="a list of rising years such as [2018, 2019, 2020]"
    )
    comparable_from: Literal[0] | Year = Field(default=0, description="a year such as 2013")
    classes: dict[str, Three] = Field(
        default_factory=dict,
        description="a level, a name and an indicator of growth_reference, such as "
        "{my_tax: [prefecture, coastal_provinces, budget_revenue]}",
    )
    yearly_counts: list[Text] = Field(default_factory=list, description=_IDS)
    not_promised: list[Text] = Field(default_factory=list, description=_IDS)
    scope: str = Field(default="", description="the scope of the plan's own figures, such as 在地")
    announced: Literal["at once", "yearly"] = Field(
        default="at once", description=f"at once or {YEARLY}"
    )
    home: Text | None = Field(default=None, description="an id, or nothing")
    host: Text | None = Field(default=None, description="an id, or nothing")


def read_description(file: Path) -> Description:
    """What ``plan.yml`` says.

    One name of the zone is enough; names, base year and the rest follow from the others where they
    are left out.

    Raises
    ------
    DataError
        The file cannot be read, lacks a key, or a key does not fit; all problems of it are listed.
    """
    said, problems = read_yaml(file)
    if not isinstance(said, dict):
        found = type(said).__name__
        raise DataError([Problem(file.name, None, None, found, "a mapping of keys to values")])
    said = {str(k): v for k, v in said.items() if not (k in ("zone_zh", "zone_en") and v is None)}
    try:
        about = Description.model_validate(said)
    except ValidationError as error:
        expected = {k: str(f.description) for k, f in Description.model_fields.items()}
        about, problems = None, problems + schema_problems(file.name, "", error, expected)
    if not said.keys() & {"zone_zh", "zone_en"}:
        named = str(Description.model_fields["zone_en"].description)
        problems.append(Problem(file.name, None, "zone_en", "no name of the zone", named))
    if problems or about is None:
        raise DataError(problems)
    return _filled(about)


def _filled(about: Description) -> Description:
    zone_zh, zone_en = about.zone_zh or about.zone_en, about.zone_en or about.zone_zh
    first, last = about.years[0], about.years[-1]
    return about.model_copy(
        update={
            "zone_zh": zone_zh,
            "zone_en": zone_en,
            "name_zh": about.name_zh or f"{zone_zh}发展目标({first}-{last})",
            "name_en": about.name_en or f"{zone_en} - targets {first}-{last}",
            "base_year": about.base_year or first - 1,
        }
    )
