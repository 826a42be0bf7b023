"""What the Azure ML SDK says of environments: their paths on standard input, a JSON list
of its complaints (null for none) on standard output."""

import json
import logging
import sys
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

from azure.ai.ml import load_environment  # noqa: E402


def complaint(path: str) -> str | None:
    """The SDK's complaint about an environment."""
    try:
        load_environment(source=path).validate()
    except BaseException as error:  # It has no common class, and a list breaks it.
        return f"{type(error).__name__}: {error or getattr(error, 'message', '')}"
    return None


print(json.dumps([complaint(path.strip()) for path in sys.stdin if path.strip()]))
