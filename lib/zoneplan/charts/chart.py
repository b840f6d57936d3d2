"""A finished chart: its data, the contract that export enforces, and the files."""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zoneplan.charts import theme
from zoneplan.charts.encoding import Encoding, described
from zoneplan.charts.page import Caption, Page
from zoneplan.data.sources import Sources
from zoneplan.messages import Words, words
from zoneplan.text import cells

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

# Sources that a line names, and the publisher of own calculations.
CITED, OWN = 4, "own calculation"
# What is left out of the name of a publisher, and names that are addresses.
REST = r"\s*([（(@/:,].*| via .*| (quoting|citing) .*|\b(copy|mirror|repost)\b.*|(转载|镜像|转).*)$"
NAMELESS = (
    r"GitHub|\.(com|cn|net|org|info|cc|tech)\b|^(news|aggregator|page|public|sample|journal)"
    r"|doc\b|\b(abstract|text|report)\b"
)
# Kinds of publishers, by what their names hold.
KINDS = {
    "study": "GitHub|repository",
    "administration": "管委会|委员会",
    "statistics": "统计|年鉴|yearbook|NBS",
    "government": "政府|国务院|发改|商务|财政|人大|海关|MOFCOM|[Gg]ov",
    "news": "报|新闻|新华|网|在线|转载|news|Xinhua|Daily|copy",
}
# Texts may touch: their boxes may share so much of the lower one's height.
TOUCH = 0.25
# Latin words that Chinese readers use.
LATIN = frozenset({"GDP", "FDI", "Sobol"})
# Formats of files, and where each keeps what changes from day to day or from version to version.
FILES = {"png": "Software", "svg": "Date", "pdf": "CreationDate"}


@dataclass(frozen=True)
class Chart:
    """A finished chart with all that a briefing paper needs beside the picture.

    ``kind`` is the form that drew it, ``encoding`` which columns of ``data`` it drew as what.
    """

    id: str
    kind: str
    figure: Figure
    caption: Caption
    data: pd.DataFrame
    encoding: Encoding
    _redraw: Callable[[pd.DataFrame], bool] | None = field(default=None, repr=False, compare=False)
    _again: Callable[[pd.DataFrame], Chart] | None = field(default=None, repr=False, compare=False)

    @property
    def title(self) -> str:
        """The title as printed."""
        return self.caption.heading

    @property
    def subtitle(self) -> str:
        """What is drawn, where, when and in which unit."""
        return self.caption.subtitle

    @property
    def source(self) -> str:
        """The source line."""
        return self.caption.source

    @property
    def lang(self) -> str:
        """The language of the words."""
        return self.caption.lang

    @functools.cached_property
    def alt(self) -> str:
        """What the picture shows, for those who cannot see it."""
        return self.caption.alt or described(self.kind, self.encoding, self.caption, self.data)

    def table(self) -> pd.DataFrame:
        """Exactly the data drawn."""
        return self.data.copy()

    def update(self, data: pd.DataFrame) -> Chart:
        """Draw other data with the same columns under the same title.

        Where the form can, only what the data move is drawn again on the same figure, so that a
        picture follows a slider; else, or where words no longer fit, the chart is drawn anew.
        """
        with theme.theme():
            if self._redraw is not None and self._redraw(data):
                return replace(self, data=_told(data))
        return self if self._again is None else self._again(data)

    def __repr__(self) -> str:
        return f"Chart {self.id}: {self.title}\n{cells(self.data, 2).to_string(index=False)}"

    def _repr_png_(self) -> bytes:
        return self._render("png", 110)

    def texts(self) -> list[str]:
        """Every text printed in the picture."""
        from matplotlib.text import Text

        drawn = (t.get_text() for t in self.figure.findobj(Text) if t.get_visible())
        return [t for t in drawn if t.strip()]

    def problems(self) -> list[str]:
        """How the chart breaks the contract; empty if it may be exported. Looked for once."""
        return list(self._problems)

    @functools.cached_property
    def _problems(self) -> list[str]:
        found = []
        if not re.fullmatch(r"[A-Za-z0-9_-]+", self.id):
            found.append(f"the id {self.id!r} cannot name a file: use letters, digits, - and _")
        if self.data.empty:
            found.append("no data are attached: pass the frame that is drawn")
        for part in ("title", "subtitle", "source", *(() if found else ("alt",))):
            if not getattr(self, part).strip():
                found.append(f"the {part} is empty: every chart needs one")
        missing = sorted({c for text in self.texts() for c in text if ord(c) not in theme.glyphs()})
        if missing:
            named = ", ".join(f"{c} (U+{ord(c):04X})" for c in missing)
            found.append(f"no font has a glyph for {named}: replace these characters in the labels")
        # Where glyphs are missing nothing can be measured.
        return found if missing else [*found, *self._foreign(), *self.crowded()]

    def _foreign(self) -> list[str]:
        """English words in a Chinese chart, but for publishers and names that may stand there."""
        if self.lang != "zh":
            return []
        cited = r"\s*".join(map(re.escape, "".join(self.source.split())))
        shown = (re.sub(cited, "", t) for t in (*self.texts(), self.alt))
        # A name may begin small in the middle of a sentence.
        named = {word.lower() for word in _latin(self.caption.names)}
        found = sorted(word for word in _latin(shown) - LATIN if word.lower() not in named)
        return [f"English words in a Chinese chart: {', '.join(found)}"] if found else []

    def crowded(self) -> list[str]:
        """Texts that the edge of the page cuts, and texts that lie on each other."""
        texts, boxes = self._boxes()
        low, high = boxes[:, :2], boxes[:, 2:]
        cut = np.any((low < self.figure.bbox.min) | (high > self.figure.bbox.max), axis=1)
        # Texts lie on each other by more than the air that their boxes hold around the letters.
        shared = np.minimum(high[:, None], high) - np.maximum(low[:, None], low)
        tall = (high - low)[:, 1]
        least = TOUCH * np.minimum(tall[:, None], tall)
        over = np.argwhere(np.triu((shared[..., 0] > 1) & (shared[..., 1] > least), k=1))
        return [
            *(
                f"the edge cuts {texts[n]!r}: shorten it or give it room"
                for n in np.flatnonzero(cut)
            ),
            *(f"{texts[a]!r} lies on {texts[b]!r}: shorten one or give them room" for a, b in over),
        ]

    def _boxes(self) -> tuple[list[str], np.ndarray]:
        """Every printed text, and the left, low, right and high end of its box, in pixels."""
        from matplotlib.text import Text

        left_out: set[Text] = set()
        with theme.theme():
            renderer = self.figure.canvas.get_renderer()  # type: ignore[attr-defined]
            for ax in self.figure.axes:
                # A name of an axis finds its place below the labels of the ticks.
                if ax.get_xlabel():
                    ax.xaxis.get_tightbbox(renderer)
                ticks = (ax.get_xticklabels(), ax.get_xlim()), (ax.get_yticklabels(), ax.get_ylim())
                for side, (labels, ends) in enumerate(ticks):
                    # Labels of ticks outside the axes: the figure keeps them but never prints them.
                    low, high = sorted(ends)
                    left_out |= {t for t in labels if not low <= t.get_position()[side] <= high}
            drawn = [t for t in self.figure.findobj(Text) if t.get_visible() and t not in left_out]
            drawn = [t for t in drawn if t.get_text().strip()]
            # A text remembers what last drew it, perhaps a file of another resolution.
            boxes = [t.get_window_extent(renderer).extents for t in drawn]
        return [t.get_text() for t in drawn], np.reshape(boxes, (-1, 4))

    def export(
        self,
        folder: str | Path,
        dpi: int = 300,
        kinds: Sequence[str] = tuple(FILES),
        table: bool = False,
    ) -> list[Path]:
        """Write PNG (``dpi`` dots an inch), SVG and PDF, or fewer ``kinds``; the data as CSV too.

        The bytes change only if the picture does. All files are drawn before the first is written,
        so that a failure leaves earlier ones as they were.

        Raises
        ------
        ValueError
            The chart breaks the contract; the message says how to mend it.
        """
        if found := self.problems():
            raise ValueError(f"chart {self.id}: " + "; ".join(found))
        folder = Path(folder)
        drawn = {folder / f"{self.id}.{kind}": self._render(kind, dpi) for kind in kinds}
        if table:
            # The mark at the start tells a spreadsheet the encoding of Chinese letters.
            told = self.data.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")
            drawn[folder / f"{self.id}.csv"] = told
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in drawn.items():
            file.write_bytes(content)
        return list(drawn)

    def panel_png(self, dpi: int = 100) -> bytes:
        """Draw the panels alone, for a page that prints title and source as its own text."""
        from matplotlib.transforms import Bbox

        wide, high = self.figure.get_size_inches()
        boxes = [ax.get_position() for ax in self.figure.axes]
        # Room for the words above the axes and for the years below them.
        low, top = min(b.y0 for b in boxes) * high - 0.26, max(b.y1 for b in boxes) * high + 0.26
        with _unseen(self.figure.texts):
            return self._render("png", dpi, fast=True, bbox_inches=Bbox([[0, low], [wide, top]]))

    def slide_png(self, dpi: int = 220) -> bytes:
        """Draw all but the title, for a slide that prints the title as its own text."""
        from matplotlib.transforms import Bbox

        head = self.figure.texts[0]
        with theme.theme():
            renderer = self.figure.canvas.get_renderer()  # type: ignore[attr-defined]
            below = head.get_window_extent(renderer).y0 / self.figure.dpi
        with _unseen([head]):
            area = Bbox([[0, 0], [self.figure.get_figwidth(), below]])
            return self._render("png", dpi, bbox_inches=area)

    def _render(self, kind: str, dpi: int, fast: bool = False, **more: Any) -> bytes:
        out = io.BytesIO()
        if fast:
            # Packing tightly would cost a tenth of the time that the eye waits.
            more["pil_kwargs"] = {"compress_level": 1}
        # A missing glyph is a box in print: never let one pass.
        with theme.theme("error"):
            self.figure.savefig(out, format=kind, dpi=dpi, metadata={FILES[kind]: None}, **more)
        return _palette(out, dpi) if kind == "png" and not fast else out.getvalue()


def form(draw: Callable[..., Page]) -> Callable[..., Chart]:
    """Turn what draws a page into a form: it returns a chart, and refuses what is not legible."""

    @functools.wraps(draw)
    def made(
        id: str, data: pd.DataFrame, encoding: Encoding, caption: Caption, **options: Any
    ) -> Chart:
        if given := theme.title():
            caption = replace(caption, title=given, neutral="")
        with theme.theme():
            page = draw(data, encoding, caption, **options)
        again = functools.partial(made, id, encoding=encoding, caption=caption, **options)
        about = (caption, _told(data), encoding, page.redraw, again)
        chart = Chart(id, draw.__name__, page.figure, *about)
        size = theme.size()
        if size != "page" and (found := chart.crowded()):
            raise ValueError(f"chart {id} is not legible as {size}: {found[0]}; draw it as page")
        return chart

    return made


def _told(data: pd.DataFrame) -> pd.DataFrame:
    """Leave out columns that only steer the drawing: their names begin with an underscore."""
    return data[[c for c in data.columns if not str(c).startswith("_")]].copy()


def source_line(sources: Sources, ids: Iterable[str], lang: str = "en") -> str:
    """Name publishers with their years, a few and short, in the reader's language.

    Raises
    ------
    ValueError
        An id is not in the source list.
    """
    w, rows = words(lang), sources.known(ids)
    if rows.empty:
        return ""
    apart, own = w("common.semicolon"), rows["publisher"] == OWN
    years: dict[str, list[str]] = {}
    for row in rows[~own].to_dict("records"):
        year = str(row["published"])[:4]
        years.setdefault(publisher(str(row["publisher"]), w), []).extend([year] * year.isdigit())
    names = [w("charts.source.cited", name=n, year=_span(y)) if y else n for n, y in years.items()]
    first = apart.join(names[:CITED])
    if len(names) > CITED:
        first = w("charts.source.more", names=first, n=len(names) - CITED)
    # What was worked out names what it was worked out from.
    made = w.group("charts.made")
    rests = apart.join(made.get(str(i), title) for i, title in rows.loc[own, "title"].items())
    by_us = w("charts.source.own_of", of=rests) if rests else w("charts.source.own")
    return w("charts.source.whole", names=apart.join(x for x in (first, by_us) if x))


def publisher(name: str, w: Words) -> str:
    """A publisher as a source line names it: short, or by its kind where it speaks another
    language.

    Copies, mirrors and addresses are told in the list of sources only.
    """
    if said := w.group("charts.publisher").get(name):
        return said
    bare = re.sub(REST, "", name).strip()
    han = bool(re.search(f"[{theme.HAN}]", bare))
    foreign = han != (w.lang == "zh") or (han and _latin([bare]))
    if bare and not foreign and not re.search(NAMELESS, bare):
        return bare
    kind = next((kind for kind, pattern in KINDS.items() if re.search(pattern, name)), "other")
    return w(f"charts.source.kind.{kind}")


def _span(years: Sequence[str]) -> str:
    first, last = min(years), max(years)
    return first if first == last else f"{first}-{last}"


def _latin(texts: Iterable[str]) -> set[str]:
    """Words of Latin letters, three or more."""
    return {run for t in texts for run in re.findall(r"[A-Za-z]{3,}", t)}


@contextmanager
def _unseen(artists: Iterable[Artist]) -> Iterator[None]:
    """Leave some texts out of a picture."""
    hidden = [a for a in artists if a.get_visible()]
    for artist in hidden:
        artist.set_visible(False)
    try:
        yield
    finally:
        for artist in hidden:
            artist.set_visible(True)


def _palette(png: io.BytesIO, dpi: int) -> bytes:
    """Reduce a picture to 128 colours: a third of the size, and no eye can tell."""
    from PIL import Image

    out, method = io.BytesIO(), Image.Quantize.MEDIANCUT
    small = Image.open(png).convert("RGB").quantize(128, method=method, dither=Image.Dither.NONE)
    # The last step of compression would take three times as long for two percent.
    small.save(out, "PNG", compress_level=8, dpi=(dpi, dpi))
    return out.getvalue()
