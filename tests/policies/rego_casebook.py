"""A decision case (domain.md 7) as a question to the policy, with the defaults that hold in a casebook only."""

from typing import Any

REVISION = "0-werkmap"
_RECIPIENT_KEYS = {"ontvanger_rol", "ontvanger_doel", "ontvanger_oin"}


def question(case: dict[str, Any], model: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """(package, input) of one case. `model` is the domain's model.json: it holds the defaults and the roles."""
    given = {each["key"]: each["default"] for each in model["context"]["keys"]} | case["context"]
    facts = {key: value for key, value in given.items() if key not in _RECIPIENT_KEYS}
    kind, _, name = case["action"].partition(":")
    resource = case["resource"]
    common: dict[str, Any] = {
        "now": "2026-11-24T12:00:00.000Z",
        "revision": REVISION,
        "subject": case["subject"],
    }
    if kind == "besluiten":
        state = {"case_state": resource["case_state"]}
        return "transition", common | {"action": name, "resource": state, "context": facts}
    common |= {"purpose": case["purpose"], "categories": [resource["data_category"]], "context": facts}
    place = {"case_state": resource["case_state"], "owner": resource["owner"]}
    role = given["ontvanger_rol"]
    party = {
        "oin": given["ontvanger_oin"] or "00000099000000000000",
        "role": role,
        "agency": model["roles"][role]["agency"] if role else None,
        "context": facts,
    }
    if kind == "verzenden":
        recipients = [party | {"competent_or_assigned": True}] if role else []
        sent = {"message": name, "resource": place | {"state_after": None}, "recipients": recipients}
        return "sending", common | sent
    third = {"third_party": party | {"purpose": given["ontvanger_doel"]}} if kind == "doorverstrekken" else {}
    return "disclosure", common | {"action": kind, "resource": place} | third


def verdict(package: str, decision: dict[str, Any]) -> tuple[str, str | None, str]:
    """(allow, mask or deny; mask; rule) of a decision on one category and at most one recipient."""
    if package == "disclosure":
        only = decision["categories"][0]
        return only["decision"], only["mask"], only["rule"]
    if package == "sending" and decision["allowed"] and decision["recipients"]:
        recipient = decision["recipients"][0]
        only = recipient["fields"][0]
        return only["decision"], only["mask"], only["rule"]
    return ("allow" if decision["allowed"] else "deny"), None, decision["rule"]
