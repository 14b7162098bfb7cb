"""What every pod of the chart is denied, and who may speak with whom."""

from typing import Any

import pytest

from tests.helm.rendering import Manifest, manifests, one, pods

pytestmark = pytest.mark.real


def _containers(documents: list[Manifest]) -> list[tuple[str, Manifest]]:
    return [
        (f"{name}/{container['name']}", container)
        for name, pod in pods(documents).items()
        for container in [*pod["containers"], *pod.get("initContainers", [])]
    ]


def test_the_chart_runs_hub_with_opa_relay_nodes_and_a_test(two_nodes: list[Manifest]) -> None:
    assert sorted(name for name, _ in _containers(two_nodes)) == [
        "schakel-hub/hub",
        "schakel-hub/opa",
        "schakel-node-gemeente-dorp-aan-de-maas-x/node",
        "schakel-node-raad/node",
        "schakel-relay/relay",
        "schakel-test-hub-refuses-strangers/stranger",
    ]


def test_no_container_runs_as_root_or_gains_anything(two_nodes: list[Manifest]) -> None:
    for name, pod in pods(two_nodes).items():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["runAsUser"] > 0, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
    for name, container in _containers(two_nodes):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "privileged": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name


def test_no_pod_may_speak_with_the_cluster_or_share_the_host(two_nodes: list[Manifest]) -> None:
    for name, pod in pods(two_nodes).items():
        assert pod["automountServiceAccountToken"] is False, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys(), name
        assert not [volume for volume in pod["volumes"] if "hostPath" in volume], name


def test_every_container_is_bounded_and_pinned(two_nodes: list[Manifest]) -> None:
    for name, container in _containers(two_nodes):
        assert "memory" in container["resources"]["limits"], name
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys(), name
        tag = container["image"].rsplit(":", 1)[1]
        assert tag not in {"", "latest"}, name


def test_a_digest_is_what_counts_when_it_is_given() -> None:
    digest = "sha256:" + "ab" * 32
    image = pods(manifests("--set", f"image.digest={digest}"))["schakel-hub"]["containers"][0]["image"]
    assert image == f"registry.schakel.example/schakel@{digest}"


def test_the_chart_makes_no_secret_and_holds_none(two_nodes: list[Manifest]) -> None:
    assert [d for d in two_nodes if d["kind"] == "Secret"] == []
    for name, container in _containers(two_nodes):
        for variable in container.get("env", []):
            assert set(variable["valueFrom"]) == {"secretKeyRef"}, name


def test_the_decision_point_listens_on_loopback_with_authorization(default_render: list[Manifest]) -> None:
    (opa,) = (c for c in pods(default_render)["schakel-hub"]["containers"] if c["name"] == "opa")
    assert "--addr=127.0.0.1:8181" in opa["args"]
    assert "--authorization=basic" in opa["args"]
    assert [port["containerPort"] for port in opa["ports"]] == [8282]
    service = one(default_render, "Service", "schakel-hub")
    assert [port["port"] for port in service["spec"]["ports"]] == [8443]


def test_the_relay_does_not_hold_the_key_that_signs_tokens(default_render: list[Manifest]) -> None:
    (keys,) = (v for v in pods(default_render)["schakel-relay"]["volumes"] if v["name"] == "keys")
    assert "token-key.pem" not in {item["key"] for item in keys["secret"]["items"]}


def test_a_node_holds_its_own_secret_and_nothing_of_the_hub(two_nodes: list[Manifest]) -> None:
    secrets = {
        volume["secret"]["secretName"]
        for volume in pods(two_nodes)["schakel-node-raad"]["volumes"]
        if "secret" in volume
    }
    assert secrets == {"node-raad", "schakel-nats-authority"}


def _policy(documents: list[Manifest], name: str) -> dict[str, Any]:
    spec: dict[str, Any] = one(documents, "NetworkPolicy", name)["spec"]
    return spec


def test_every_pod_is_closed_in_both_directions_unless_a_rule_opens_it(two_nodes: list[Manifest]) -> None:
    closed = _policy(two_nodes, "schakel-closed")
    assert closed["policyTypes"] == ["Ingress", "Egress"]
    assert not {"ingress", "egress"} & closed.keys()
    selector = closed["podSelector"]["matchLabels"]
    for document in two_nodes:
        if document["kind"] in {"Deployment", "StatefulSet"}:
            labels = document["spec"]["template"]["metadata"]["labels"]
            assert selector.items() <= labels.items(), document["metadata"]["name"]


def test_no_rule_is_open_to_everybody(two_nodes: list[Manifest]) -> None:
    for document in two_nodes:
        if document["kind"] == "NetworkPolicy":
            name = document["metadata"]["name"]
            assert all(rule["from"] for rule in document["spec"].get("ingress", [])), name
            assert all(rule["to"] for rule in document["spec"].get("egress", [])), name


def test_an_emptied_list_of_peers_closes_and_does_not_open() -> None:
    documents = manifests("--set-json", "nats.peers=[]", "--set-json", "database.peers=[]")
    ports = {port["port"] for rule in _policy(documents, "schakel-relay")["egress"] for port in rule["ports"]}
    assert ports == {53}


def test_a_node_reaches_the_hub_and_nats_but_no_database(two_nodes: list[Manifest]) -> None:
    egress = _policy(two_nodes, "schakel-node-raad")["egress"]
    assert sorted({port["port"] for rule in egress for port in rule["ports"]}) == [53, 4222, 8443]


def test_a_node_without_callers_admits_nobody_and_the_relay_never_does(two_nodes: list[Manifest]) -> None:
    assert _policy(two_nodes, "schakel-node-raad")["ingress"] == []
    assert _policy(two_nodes, "schakel-relay")["ingress"] == []


def test_callers_from_outside_reach_the_hub_on_its_one_port(two_nodes: list[Manifest]) -> None:
    (rule,) = _policy(two_nodes, "schakel-hub")["ingress"]
    assert {"ipBlock": {"cidr": "192.0.2.0/24"}} in rule["from"]
    assert rule["ports"] == [{"protocol": "TCP", "port": 8443}]
