"""Renders the chart with the real Helm."""

import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.servers import program

CHART = Path(__file__).resolve().parents[2] / "helm" / "schakel"
# Helm built from source takes itself for a very old Kubernetes.
KUBERNETES = "1.34.0"

Manifest = dict[str, Any]


def helm_template(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What `helm template` says and prints, whether it succeeds or not."""
    return subprocess.run(
        [program("helm"), "template", "schakel", CHART, "--kube-version", KUBERNETES, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def rendered(*arguments: str) -> str:
    """The manifests as text. Raises AssertionError with Helm's words when it refuses."""
    done = helm_template(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def manifests(*arguments: str) -> list[Manifest]:
    """The manifests as objects, in the order of the render."""
    return [document for document in yaml.safe_load_all(rendered(*arguments)) if document is not None]


def pods(documents: list[Manifest]) -> dict[str, Manifest]:
    """Every pod specification, by the name of the object that holds it."""
    found = {}
    for document in documents:
        if document["kind"] == "Pod":
            found[document["metadata"]["name"]] = document["spec"]
        elif document["kind"] in {"Deployment", "StatefulSet"}:
            found[document["metadata"]["name"]] = document["spec"]["template"]["spec"]
    return found


def one(documents: list[Manifest], kind: str, name: str) -> Manifest:
    """The one manifest of this kind and name."""
    (found,) = (d for d in documents if (d["kind"], d["metadata"]["name"]) == (kind, name))
    return found
