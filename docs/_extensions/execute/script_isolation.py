"""A clean state for every gallery script: seeds, framework settings, warnings.

A process runs many scripts, so that the frameworks are imported once. What one script sets, the
next must not see.
"""

from __future__ import annotations

import gc
import random
import sys
import warnings
from typing import Any


def reset(gallery_conf: dict[str, Any], fname: str, when: str) -> None:
    """Undo what the last script may have set; sphinx-gallery calls this before each."""
    if when != "before":
        return
    # sphinx-gallery collects garbage before each script; what the frameworks allocated at import is
    # none.
    gc.freeze()
    random.seed(0)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(0)
        numpy.seterr(all="warn")
    if torch := sys.modules.get("torch"):
        torch.manual_seed(0)
        torch.set_default_dtype(torch.float32)
        torch.set_grad_enabled(True)
        torch.set_num_threads(1)
    if tensorflow := sys.modules.get("tensorflow"):
        tensorflow.random.set_seed(0)
        tensorflow.config.run_functions_eagerly(False)
    warnings.resetwarnings()
    # A page must not show a warning, so a warning is a failure. What libraries say to their own
    # developers is not for us.
    warnings.simplefilter("error")
    for category in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.filterwarnings("ignore", category=category)
        warnings.filterwarnings("error", category=category, module="__main__")
    # plt.show() belongs at the end of a script that readers run on their own screen; this build has
    # none.
    warnings.filterwarnings("ignore", message=".*is non-interactive, and thus cannot be shown")
