"""What the Azure ML SDK makes of jobs, components and deployments: their paths on standard
input, on standard output a JSON list with its complaint (null for none) and the environments
that it found: `["local", IMAGE OR CONTEXT]` or `["registered", NAME]`."""

import json
import logging
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

import yaml  # noqa: E402
from azure.ai.ml import (  # noqa: E402
    load_batch_deployment,
    load_component,
    load_job,
    load_online_deployment,
)
from azure.ai.ml.entities._load_functions import (  # noqa: E402
    load_model_batch_deployment,
    load_pipeline_component_batch_deployment,
)


def loader(path: str):
    """The function of the SDK for a file; None if it holds no environment."""
    root = yaml.safe_load(Path(path).read_text())
    if not isinstance(root, dict):
        return None
    schema = str(root.get("$schema", "")).rsplit("/", 1)[-1].lower()
    kind = str(root.get("type", ""))
    if schema.startswith("pipelinecomponentbatch") or "job_definition" in root:
        return load_pipeline_component_batch_deployment
    if "batchdeployment" in schema:
        return load_model_batch_deployment if "settings" in root else load_batch_deployment
    if "deployment" in schema or "endpoint_name" in root:
        return load_online_deployment
    if "component" in schema:
        return load_component
    if "job" in schema or kind in ("command", "pipeline", "sweep", "spark"):
        return load_job
    if not schema and "command" in root and "environment" in root:
        return load_job
    return None


def registered(name: str) -> list:
    name = name if name.startswith("azureml://") else name.removeprefix("azureml:")
    return ["registered", name]


def one(environment) -> list:
    if isinstance(environment, str):
        return registered(environment)
    build = environment.build.path if environment.build else None
    return ["local", str(environment.image or build)]


def get(entity, name: str):
    """An attribute; nodes of a pipeline make up those that they do not have."""
    is_there = name in vars(entity) or hasattr(type(entity), name)
    return getattr(entity, name, None) if is_there else None


def environments(entity) -> list:
    """The environments of an entity, and of the nodes of a pipeline."""
    found = []
    jobs = get(entity, "jobs")
    if isinstance(jobs, dict):
        for node in jobs.values():
            found += environments(node)
    for name in ("component", "trial", "_trial"):
        inner = get(entity, name)
        if isinstance(inner, str):
            found.append(registered(inner))
        elif inner is not None and inner is not entity:
            found += environments(inner)
    task = get(entity, "task")
    for holder in (entity, task):
        environment = None if holder is None else get(holder, "environment")
        if environment is not None and not isinstance(environment, dict):
            found.append(one(environment))
    return found


def load(path: str) -> dict:
    try:
        function = loader(path)
        if function is None:
            return {"complaint": None, "environments": None}
        entity = function(source=path)
    except BaseException as error:  # It has no common class.
        said = " ".join(f"{type(error).__name__}: {error}".split())
        return {"complaint": said, "environments": None}
    found = sorted({tuple(one) for one in environments(entity)})
    return {"complaint": None, "environments": found}


paths = [line.strip() for line in sys.stdin if line.strip()]
print(json.dumps([load(path) for path in paths], default=str))
