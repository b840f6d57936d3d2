"""These pages as a site: Sphinx with MyST, everything in it, nothing from elsewhere."""

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import blocks  # noqa: E402
from docutils import nodes  # noqa: E402
from latex2mathml.converter import convert  # noqa: E402

import zoneplan  # noqa: E402

project, author = "zoneplan", "The zoneplan authors"
version = release = zoneplan.__version__
copyright = author
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["examples"]
html_theme = "furo"
html_show_sphinx = html_copy_source = False
html_math_renderer = "mathml"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
napoleon_google_docstring = False
# What is returned is said in prose; behind the name of a parameter stands its meaning.
napoleon_custom_sections = ["Returns"]
PARAMETER = re.compile(r"([a-z]\w*(?:, \w+)*) : (.*)")


def equation(translator, node):
    """An equation as MathML, which browsers draw by themselves."""
    block = node.tagname == "math_block"
    made = convert(node.astext(), display="block" if block else "inline")
    # Room above and below, or the theme draws a scroll bar beside it.
    translator.body.append(f'<div style="padding: 0.5em 0">{made}</div>' if block else made)
    raise nodes.SkipNode


def plainer(app, what, name, thing, options, lines):
    """Parameters by name and meaning, before numpy's sections are read."""
    found = [PARAMETER.fullmatch(line) for line in lines]
    pairs = [[m[1], f"    {m[2]}"] if m else [s] for m, s in zip(found, lines, strict=True)]
    lines[:] = [line for pair in pairs for line in pair]


def setup(app):
    """The gallery is drawn anew; equations need no script."""
    app.add_html_math_renderer("mathml", (equation, None), (equation, None))
    app.connect("autodoc-process-docstring", plainer, priority=400)
    app.connect("builder-inited", lambda _: blocks.draw(HERE / "gallery.md", HERE / "charts"))
