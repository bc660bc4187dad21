"""Settings of Sphinx on which the results of scripts and chapters depend.

``conf.py`` imports them. They stand here, where a change executes everything again; a change of
``conf.py`` writes pages.
"""

from __future__ import annotations

import os

from _extensions import folders
from _extensions.execute import keys

# How a sum is cut into pieces for several threads decides its last bits. With one thread they are
# the same on any number of cores, and in any number of processes. NumPy, PyTorch and TensorFlow
# read these variables when they are imported, here and in kernels, workers and other processes.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
    os.environ[name] = "1"

nb_execution_mode = "cache"
nb_execution_cache_path = str(folders.build("jupyter-cache", keys.executing_key()))
# seconds for one cell: ends what has no end, on the slowest machine
nb_execution_timeout = 4 * 3600
nb_execution_show_tb = True
nb_output_stderr = "error"  # what a cell writes to stderr would be on the page
nb_merge_streams = True

gallery_only = os.environ.get("REMOVABLE_ONLY", "")
sphinx_gallery_conf = {
    "examples_dirs": "../gallery",
    "gallery_dirs": "auto_gallery",
    "filename_pattern": gallery_only or r"/plot_",
    "backreferences_dir": "auto_gallery/backreferences",
    "doc_module": ("removable",),
    "within_subsection_order": "FileNameSortKey",
    "image_scrapers": ("_extensions.gallery.figures.scrape", "_extensions.execute.script_doctests.scrape"),
    "reset_modules": (
        "_extensions.execute.workers.end_with_the_build",
        "_extensions.gallery.notebook_prose.wrap",
        "_extensions.execute.trusted_files.note_script",
        "_extensions.execute.required_frameworks.note_script",
        "_extensions.execute.interrupted_scripts.note_running",
        "matplotlib",
        "_extensions.execute.script_isolation.reset",
        "_extensions.execute.execution_record.measure_script",
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
