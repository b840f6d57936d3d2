"""These pages as a site: Sphinx with MyST, everything in it, nothing from elsewhere."""

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
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
napoleon_google_docstring = False
napoleon_use_ivar = True


def equation(translator, node):
    """An equation as MathML, which browsers draw by themselves."""
    shown = "block" if node.tagname == "math_block" else "inline"
    translator.body.append(convert(node.astext(), display=shown))
    raise nodes.SkipNode


def setup(app):
    """The gallery is drawn anew; equations need no script."""
    app.add_html_math_renderer("mathml", (equation, None), (equation, None))
    app.connect("builder-inited", lambda _: blocks.draw(HERE / "gallery.md", HERE / "charts"))
