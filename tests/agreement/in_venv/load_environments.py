"""What the Azure ML SDK makes of environments: their paths on standard input, on standard
output a JSON list with its complaint (null for none) and the conda file that it read."""

import json
import logging
import sys
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

from azure.ai.ml import load_environment  # noqa: E402


def load(path: str) -> dict:
    """The SDK's complaint about an environment, and its conda file."""
    try:
        environment = load_environment(source=path)
        environment.validate()
    except BaseException as error:  # It has no common class, and a list breaks it.
        said = f"{type(error).__name__}: {error or getattr(error, 'message', '')}"
        return {"complaint": said, "conda_file": None}
    return {"complaint": None, "conda_file": environment.conda_file}


paths = [line.strip() for line in sys.stdin if line.strip()]
print(json.dumps([load(path) for path in paths], default=str))
