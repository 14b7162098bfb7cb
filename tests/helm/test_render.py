"""The chart renders what Kubernetes, hub, node and OPA accept, and refuses what it does not know."""

import json
import os
import sys
from pathlib import Path
from subprocess import run
from typing import Any

import pytest
import yaml
from joserfc.jwk import ECKey
from kubernetes_validate.utils import ValidationError, validate

from gateway.hub.policy.server import opa_beside_hub, write_opa_config
from gateway.hub.policy.signing import PolicyKey
from gateway.settings import load_hub, load_node
from gateway.setup.pins import load_pins
from tests.helm.rendering import CHART, Manifest, helm_template, manifests, one, pods, rendered

pytestmark = pytest.mark.real

SNAPSHOT = Path(__file__).with_name("__snapshot__") / "default.yaml"
KUBERNETES_VERSIONS = ("1.29", "1.34")


def test_the_default_render_is_the_snapshot() -> None:
    now = rendered()
    if os.environ.get("SCHAKEL_UPDATE_SNAPSHOTS"):
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text(now, "utf-8")
    assert now == SNAPSHOT.read_text("utf-8"), "changed on purpose? `make vectors`, then read the diff"


@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
def test_every_manifest_is_valid_for_kubernetes(two_nodes: list[Manifest], version: str) -> None:
    for document in two_nodes:
        validate(document, version, strict=True)


def test_a_field_unknown_to_kubernetes_would_be_noticed(default_render: list[Manifest]) -> None:
    broken = json.loads(json.dumps(one(default_render, "Deployment", "schakel-hub")))
    broken["spec"]["template"]["spec"]["containers"][0]["readOnlyRootFilesystm"] = True
    with pytest.raises(ValidationError, match="readOnlyRootFilesystm"):
        validate(broken, KUBERNETES_VERSIONS[-1], strict=True)


def test_the_hub_accepts_the_settings_that_the_chart_writes(
    default_render: list[Manifest], tmp_path: Path
) -> None:
    file = tmp_path / "hub.toml"
    file.write_text(one(default_render, "ConfigMap", "schakel-hub")["data"]["hub.toml"], "utf-8")
    settings = load_hub(file)
    assert (settings.policy.opa_host, settings.policy.opa_port) == ("127.0.0.1", 8181)
    assert len(settings.policy.activators) == 2
    assert "sslmode=verify-full" in settings.database_url
    assert settings.listen.host == "0.0.0.0"  # noqa: S104  (a pod has one address, and the network is closed)


def test_a_node_accepts_the_settings_that_the_chart_writes(two_nodes: list[Manifest], tmp_path: Path) -> None:
    for name, oin in (
        ("gemeente-dorp-aan-de-maas-x", "00000099000000001000"),
        ("raad", "00000099000000002000"),
    ):
        file = tmp_path / f"{name}.toml"
        file.write_text(one(two_nodes, "ConfigMap", f"schakel-node-{name}")["data"]["node.toml"], "utf-8")
        settings = load_node(file)
        assert settings.oin == oin
        assert settings.hub_url == "https://schakel-hub:8443"


@pytest.mark.parametrize("name", ["hub", "relay", "node-raad"])
def test_schakel_knows_the_command_that_the_chart_runs(two_nodes: list[Manifest], name: str) -> None:
    container = pods(two_nodes)[f"schakel-{name}"]["containers"][0]
    command, settings = container["args"]
    done = run(
        [sys.executable, "-m", "gateway", command, "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert settings in [mount["mountPath"] for mount in container["volumeMounts"]]


def test_every_path_in_the_settings_is_mounted(two_nodes: list[Manifest]) -> None:
    for pod_name, container_name, config_map, file in (
        ("schakel-hub", "hub", "schakel-hub", "hub.toml"),
        ("schakel-node-raad", "node", "schakel-node-raad", "node.toml"),
    ):
        (container,) = (c for c in pods(two_nodes)[pod_name]["containers"] if c["name"] == container_name)
        mounts = [mount["mountPath"] for mount in container["volumeMounts"]]
        text = one(two_nodes, "ConfigMap", config_map)["data"][file]
        paths = [part for part in text.replace("=", " ").split('"') if part.startswith("/")]
        assert paths
        for path in paths:
            assert any(path == mount or path.startswith(f"{mount}/") for mount in mounts), path


def test_the_decision_point_is_the_version_that_the_project_pins(default_render: list[Manifest]) -> None:
    (opa,) = (c for c in pods(default_render)["schakel-hub"]["containers"] if c["name"] == "opa")
    assert opa["image"] == f"docker.io/openpolicyagent/opa:{load_pins()['opa'].version}-static"


def test_the_decision_point_runs_as_the_hub_runs_it(default_render: list[Manifest]) -> None:
    (opa,) = (c for c in pods(default_render)["schakel-hub"]["containers"] if c["name"] == "opa")
    command = opa_beside_hub(Path("opa"), config=Path("/etc/opa/opa.yaml"), port=8181)
    assert opa["args"] == [
        *command[1:],
        "--diagnostic-addr=0.0.0.0:8282",
        "--set-file=keys.schakel.key=/etc/schakel/policy-key/policy-key.pem",
    ]


def test_the_decision_point_is_set_as_the_hub_sets_it(default_render: list[Manifest], tmp_path: Path) -> None:
    key = PolicyKey(ECKey.generate_key("P-256"))
    write_opa_config(tmp_path / "opa.json", bundle_port=8182, key=key)
    expected = json.loads((tmp_path / "opa.json").read_text("utf-8"))
    assert expected["keys"]["schakel"].pop("key") == key.public_pem().decode()
    assert yaml.safe_load(one(default_render, "ConfigMap", "schakel-opa")["data"]["opa.yaml"]) == expected


def test_one_replica_has_no_disruption_budget_and_two_have_one(default_render: list[Manifest]) -> None:
    budgets = [d["metadata"]["name"] for d in default_render if d["kind"] == "PodDisruptionBudget"]
    assert budgets == ["schakel-hub", "schakel-relay"]
    single = manifests("--set", "hub.replicas=1")
    assert [d["metadata"]["name"] for d in single if d["kind"] == "PodDisruptionBudget"] == ["schakel-relay"]


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ("hub.replica=3", "replica"),
        ("hub.replicas=0", "replicas"),
        ("image.tag=latest", "tag"),
        ("hub.publicUrl=http://hub.example", "publicUrl"),
        ("nats.servers[0]=nats://nats:4222", "servers"),
        ("nodes[0].nam=x", "nam"),
        ("secret=x", "secret"),
        ("policy.activatorKeys={one.pem}", "activatorKeys"),
        ("policy.activatorKeys={one.pem,one.pem}", "activatorKeys"),
        ("hub.callers[0].everybody=true", "everybody"),
    ],
)
def test_a_value_that_is_unknown_or_unsafe_fails_the_installation(setting: str, names: str) -> None:
    done = helm_template("--set", setting)
    assert done.returncode != 0
    assert "values don't meet the specifications of the schema" in done.stderr
    assert names in done.stderr


def test_every_object_in_the_schema_is_closed() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    open_objects = [
        path for path, node in _objects(schema, "") if node.get("additionalProperties") is not False
    ]
    # Selectors are Kubernetes' own, and so is what Helm sets for subcharts.
    assert open_objects == [
        "/properties/global",
        "/$defs/peers/items/properties/podSelector",
        "/$defs/peers/items/properties/namespaceSelector",
    ]


def test_every_default_is_declared_in_the_schema() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    assert set(values) == set(schema["required"]) == set(schema["properties"]) - {"global"}


def _objects(node: Any, path: str) -> list[tuple[str, dict[str, Any]]]:
    found = []
    if isinstance(node, dict):
        if node.get("type") == "object":
            found.append((path, node))
        for key, value in node.items():
            found += _objects(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            found += _objects(value, f"{path}/{index}")
    return found
