import os
import sys
from importlib.metadata import version as installed_version
from pathlib import Path

HERE = Path(__file__).parent
BUILD = HERE.parent / "_build"
sys.path.insert(0, str(HERE / "_extensions"))
# Python 3.11 takes compiled code that a full disk cut short for whole, and the next build would end in an EOFError.
sys.dont_write_bytecode = True
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # for kernels

import freshness
import kernel_settings
import local_inventories
import plain_failures
import site_address

plain_failures.install()
kernel_settings.isolate_kernels(BUILD / "ipython")

project = "removable"
author = "The removable developers"
copyright = "the removable developers"  # no year: it would change the pages of an unchanged site
version = release = installed_version("removable")

extensions = [
    "plain_failures",
    "required_frameworks",
    "intact",
    "freshness",
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "sphinx.ext.napoleon",
    "sphinx.ext.intersphinx",
    "sphinx.ext.viewcode",
    "myst_nb",
    "chapters_ahead",  # between these two
    "sphinx_gallery.gen_gallery",
    "sphinx_design",
    "sphinx_copybutton",
    "sphinxcontrib.bibtex",
    "katex_static",
    "gallery_figures",
    "ledger",
    "saboteurs_table",  # after the ledger, whose verdicts come first
    "explorer",
    "doctests_aside",
    "build_page",
    "paper_equations",
    "downloads",
    "notebook_prose",
    "steady_site",
    "accessible_html",
    "served_wheel",
    "tested_versions",
    "citations",
    "page_head",
    "lean_pages",
    "text_pages",
    "content_security",
    "wrong_address",
    "search_engines",
    "page_weight",
    "archive",
]
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
    compiled=BUILD / "inventories",
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
    "Board": "removable.systems.outcome.Board",
    "Agreement": "removable.sweeps.sweep.Agreement",
    "Comparison": "removable.sweeps.forms.Comparison",
    "Case": "removable.scoreboard.cases.Case",
    "Edges": "removable.sweeps.widths.Edges",
    "Patch": "removable.scoreboard.patches.Patch",
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
    "Record": "removable.scoreboard.stored.Record",
    "Ran": "removable.systems.outcome.Ran",
    "Subject": "removable.systems.outcome.Subject",
    "Sweep": "removable.sweeps.sweep.Sweep",
}

bibtex_bibfiles = ["references.bib"]
bibtex_default_style = "plain"
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

myst_enable_extensions = ["amsmath", "attrs_inline", "colon_fence", "dollarmath", "substitution"]
myst_heading_anchors = 3
nb_execution_mode = "cache"
nb_execution_cache_path = str(BUILD / "jupyter-cache" / freshness.environment_key())
nb_execution_timeout = 300
nb_execution_show_tb = True
nb_output_stderr = "error"  # what a cell says on stderr would be on the page
nb_merge_streams = True

gallery_only = os.environ.get("REMOVABLE_ONLY", "")
sphinx_gallery_conf = {
    "examples_dirs": "../gallery",
    "gallery_dirs": "auto_gallery",
    "filename_pattern": gallery_only or r"/plot_",
    "backreferences_dir": "auto_gallery/backreferences",
    "doc_module": ("removable",),
    "within_subsection_order": "FileNameSortKey",
    "image_scrapers": ("gallery_figures.scrape", "script_doctests.scrape"),
    "reset_modules": (
        "intact.note_script",
        "required_frameworks.note_script",
        "freshness.note_running",
        "matplotlib",
        "script_isolation.reset",
        "execution_record.measure_script",
    ),
    "reset_modules_order": "both",
    "ignore_repr_types": r"matplotlib\.",
    "capture_repr": (),
    "download_all_examples": False,  # the archive holds them, with what they need
    "inspect_global_variables": False,
    "remove_config_comments": True,
    "show_signature": False,
    # Durations are measurements of one run: they would make two builds of one source differ.
    "min_reported_time": 1e9,
    "write_computation_times": False,
}

html_theme = "pydata_sphinx_theme"
html_title = "removable"
html_baseurl = site_address.public() or ""
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = [("from_a_folder.js", {"priority": 600})]
html_favicon = "_static/favicon.svg"
html_copy_source = False
html_show_sourcelink = False
html_sidebars = {"explorer": []}  # a page without pages below it: its plots get the room
html_math_renderer = "katex_static"
html_theme_options = {
    "logo": {"text": "removable"},
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button"],
    "show_toc_level": 2,
    # Gallery pages hold code and wide figures: they get the room of the second sidebar.
    "secondary_sidebar_items": {key: ["page-toc"] for key in ("paper/**", "guide/**", "reference/**")},
    "footer_start": ["copyright"],
    "footer_end": ["sphinx-version"],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_context = {"default_mode": "auto"}
