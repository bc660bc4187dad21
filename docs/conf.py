import os
import sys
from importlib.metadata import version as installed_version
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
# Python 3.11 takes bytecode that a full disk cut short for whole, and the next build would end in
# an EOFError. The extension "bytecode" writes that of our own modules, and looks at it before it
# puts it in its place.
sys.dont_write_bytecode = True
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # for kernels

from _extensions import folders
from _extensions.content import local_inventories, unexecuted
from _extensions.execute import failure_sentences, kernel_settings
from _extensions.execute.settings import (  # noqa: F401  # Sphinx reads these settings here
    gallery_only,
    nb_execution_cache_path,
    nb_execution_mode,
    nb_execution_show_tb,
    nb_execution_timeout,
    nb_merge_streams,
    nb_output_stderr,
    sphinx_gallery_conf,
)
from _extensions.whole_site import site_address

failure_sentences.install()
kernel_settings.isolate_kernels(folders.build("ipython"))

project = "removable"
author = "The removable developers"
copyright = "the removable developers"  # no year: it would change the pages of an unchanged site
version = release = installed_version("removable")

extensions = [
    "_extensions.execute.failure_sentences",
    "_extensions.execute.required_frameworks",
    "_extensions.execute.trusted_files",
    "_extensions.execute.site_state",
    "_extensions.execute.stale_scripts",
    "_extensions.execute.gallery_scripts",
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "sphinx.ext.napoleon",
    "sphinx.ext.intersphinx",
    "sphinx.ext.viewcode",
    # Three that start at the same priority: chapters_ahead asks myst-nb for its settings, and
    # sphinx-gallery executes scripts for minutes, beside which chapters are to be executed.
    "myst_nb",
    "_extensions.execute.chapters_ahead",
    "sphinx_gallery.gen_gallery",
    "sphinx_design",
    "sphinx_copybutton",
    "sphinxcontrib.bibtex",
    "_extensions.execute.claims_aside",
    "_extensions.execute.saboteurs_aside",
    "_extensions.execute.doctests_aside",
    "_extensions.gallery.figure_commits",
    "_extensions.content.katex_static",
    "_extensions.content.pictures",
    "_extensions.content.gallery_figure",
    "_extensions.content.script_tables",
    "_extensions.content.folded_checks",
    "_extensions.content.gallery_thumbnails",
    "_extensions.content.figure_first",
    "_extensions.content.ledger_table",
    "_extensions.content.paper_items",
    "_extensions.content.paper_coverage",
    "_extensions.content.place_links",
    "_extensions.content.saboteurs_table",
    "_extensions.content.explorer_comparison",
    "_extensions.content.explorer_links",
    "_extensions.content.explorer_scripts",
    "_extensions.content.build_record",
    "_extensions.content.complete_execution",
    "_extensions.content.build_measurements",
    "_extensions.content.paper_equations",
    "_extensions.content.download_links",
    "_extensions.content.ledger_links",
    "_extensions.content.tested_versions",
    "_extensions.content.versions_in_text",
    "_extensions.content.citations",
    "_extensions.gallery.notebook_prose",
    "_extensions.downloads.install_line",
    "_extensions.downloads.package_facts",
    "_extensions.downloads.wheel",
    "_extensions.downloads.write_downloads",
    "_extensions.downloads.archive",
    "_extensions.page.accessible_html",
    "_extensions.page.image_sizes",
    "_extensions.page.page_head",
    "_extensions.page.citation_metas",
    "_extensions.page.unused_javascript",
    "_extensions.page.text_pages",
    "_extensions.page.llms_txt",
    "_extensions.page.content_security",
    "_extensions.page.wrong_address",
    "_extensions.whole_site.notebook_style_sheet",
    "_extensions.whole_site.search_language",
    "_extensions.whole_site.search_index",
    "_extensions.whole_site.search_engines",
    "_extensions.whole_site.page_weight",
    "_extensions.whole_site.bytecode",
]
if os.environ.get("REMOVABLE_EXECUTE") == "0":
    extensions = unexecuted.instead_of(extensions)
    gallery_only = unexecuted.NOTHING
    sphinx_gallery_conf = {**sphinx_gallery_conf, "filename_pattern": unexecuted.NOTHING}
    nb_execution_cache_path = str(unexecuted.last_cache(folders.build("jupyter-cache")) or "")
    nb_execution_mode = "cache" if nb_execution_cache_path else "off"
    myst_substitutions = {"versions": "PyTorch and TensorFlow"}
nitpicky = True
# The gallery's notebooks are downloads, not pages: myst-nb would execute them a second time.
exclude_patterns = [
    "_*",
    "auto_gallery/**.ipynb",
    "**.md5",
    "**.json",
    "**/sg_execution_times.rst",
]
templates_path = ["_templates"]
intersphinx_mapping = local_inventories.mapping(
    {
        "python": "https://docs.python.org/3/",
        "numpy": "https://numpy.org/doc/stable/",
        "matplotlib": "https://matplotlib.org/stable/",
        "flint": "https://python-flint.readthedocs.io/en/latest/",
    },
    compiled=folders.build("inventories"),
)

autodoc_typehints = "none"  # the docstrings give types with their shapes and dtypes
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_preprocess_types = True
napoleon_type_aliases = {
    "array": ":term:`array`",
    "array_like": ":term:`numpy:array_like`",
    "callable": ":py:func:`callable`",
    "Framework": "removable.frameworks.base.Framework",
    "Board": "removable.systems.board.Board",
    "Agreement": "removable.sweeps.sweep.Agreement",
    "Comparison": "removable.sweeps.forms.Comparison",
    "Case": "removable.scoreboard.cases.Case",
    "Cause": "removable.probing.cause.finding.Cause",
    "Compared": "removable.probing.cause.tape.Compared",
    "Edges": "removable.sweeps.widths.Edges",
    "Experiment": "removable.probing.cause.samples.Experiment",
    "Operation": "removable.probing.cause.tape.Operation",
    "Patch": "removable.scoreboard.patches.Patch",
    "Reference": "removable.probing.cause.reference.Reference",
    "Step": "removable.probing.cause.reference.Step",
    "Tape": "removable.probing.cause.tape.Tape",
    "Value": "removable.probing.cause.tape.Value",
    "Score": "removable.scoreboard.score.Score",
    "Quotient": "removable.remedy.quotient.Quotient",
    "Repaired": "removable.remedy.repair.Repaired",
    "Report": "removable.remedy.report.Report",
    "Backend": "removable.remedy.backends.base.Backend",
    "Choice": "removable.remedy.stencils.Choice",
    "Table": "removable.remedy.backends.base.Table",
    "Values": "removable.remedy.circles.Values",
    "Scan": "removable.remedy.circles.Scan",
    "Expansion": "removable.remedy.expansion.Expansion",
    "Leading": "removable.remedy.leading_term.Leading",
    "Record": "removable.scoreboard.stored.Record",
    "Ran": "removable.systems.modes.Ran",
    "Subject": "removable.systems.subject.Subject",
    "Rewrites": "removable.systems.rewrites.Rewrites",
    "Sweep": "removable.sweeps.sweep.Sweep",
    "Cure": "removable.probing.cure.Cure",
    "Disagreement": "removable.probing.modes.Disagreement",
    "Evaluator": "removable.probing.evaluation.base.Evaluator",
    "Found": "removable.probing.report.Found",
    "Judged": "removable.probing.verdict.Judged",
    "Line": "removable.probing.line.Line",
    "Order": "removable.probing.verdict.Order",
    "Outside": "removable.probing.outside.Outside",
    "Rows": "removable.probing.rows.Rows",
    "Sampler": "removable.probing.sampler.Sampler",
    "Piece": "removable.probing.piece.Piece",
}

bibtex_bibfiles = ["references.bib"]
bibtex_default_style = "plain"
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

myst_enable_extensions = ["amsmath", "attrs_inline", "colon_fence", "dollarmath", "substitution"]
myst_heading_anchors = 3

html_theme = "pydata_sphinx_theme"
html_title = "removable"
html_baseurl = site_address.public() or ""
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = [("from_a_folder.js", {"priority": 600})]
html_favicon = "_static/favicon.svg"
html_copy_source = False
html_show_sourcelink = False
html_sidebars = {"explorer": [], "guide/nan": []}  # without pages below them: plots and tables get the room
html_search_scorer = str(HERE / "_templates" / "search" / "scorer.js")
html_math_renderer = "katex_static"
html_theme_options = {
    "logo": {"text": "removable"},
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button"],
    "show_toc_level": 2,
    "header_links_before_dropdown": 9,  # all of them; tests/site/test_navigation.py: in one line
    # On the first page and in the explorer figures have the room of the second sidebar.
    "secondary_sidebar_items": {"**": ["page-toc"], "index": [], "explorer": []},
    "footer_start": ["copyright"],
    "footer_center": ["source-links"],
    "footer_end": ["sphinx-version"],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_context = {
    "default_mode": "auto",
    "source_url": site_address.source(),
    "lists_sources": "sphinx.ext.viewcode" in extensions,
}
