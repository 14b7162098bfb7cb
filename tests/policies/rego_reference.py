"""The evaluation of domain.md 6.4 once more, read from model.json and matrix.csv by an interpreter of their predicates.

Shares nothing with the Rego: it exists to disagree with it. One case (in the form of cases.json, with every context
key filled) gives (verdict, mask, rule).
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Verdict = tuple[str, str | None, str]
Variables = dict[str, Any]


def _deny(rule: str) -> Verdict:
    return "deny", None, rule


def _compared(operator: str, left: Any, right: Any) -> bool:
    compare: dict[str, Callable[[Any, Any], bool]] = {
        "eq": lambda a, b: bool(a == b),
        "in": lambda a, b: a in b,
        "gt": lambda a, b: bool(a > b),
        "lt": lambda a, b: bool(a < b),
    }
    return compare[operator](left, right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The domain files, ready to judge cases."""

    model: dict[str, Any]
    rows: dict[tuple[str, str, str], dict[str, str]]

    @classmethod
    def read(cls, folder: Path, model: dict[str, Any]) -> "Reference":
        with (folder / "matrix.csv").open(newline="") as file:
            rows = {(each["purpose"], each["role"], each["category"]): each for each in csv.DictReader(file)}
        return cls(model=model, rows=rows)

    def judge(self, case: dict[str, Any]) -> Verdict:
        kind, _, name = case["action"].partition(":")
        if kind == "besluiten":
            return self._decide(case, name)
        if kind == "verzenden":
            return self._send(case, name)
        return self._disclose(case, kind)

    def _actor(self, case: dict[str, Any]) -> Variables:
        subject, resource = case["subject"], case["resource"]
        facts: Variables = case["context"]
        return facts | {
            "doel": case["purpose"],
            "rol": subject["role"],
            "organisatie": subject["agency"],
            "categorie": resource["data_category"],
            "toestand": resource["case_state"],
            "eigenaar": resource["owner"] == subject["oin"],
        }

    def _other(self, case: dict[str, Any], **more: Any) -> Variables:
        given, role = case["context"], case["context"]["ontvanger_rol"]
        return (
            self._actor(case)
            | {
                "rol": role,
                "organisatie": self.model["roles"][role]["agency"],
                "kant": given["ontvanger_kant"],
                "eigenaar": case["resource"]["owner"] == given["ontvanger_oin"],
            }
            | more
        )

    def _holds(self, predicate: dict[str, Any], actor: Variables) -> bool:
        ((operator, given),) = predicate.items()
        match operator:
            case "fact":
                return actor[given] not in (None, False, "")
            case "not":
                return not self._holds(given, actor)
            case "all":
                return all(self._holds(each, actor) for each in given)
            case "any":
                return any(self._holds(each, actor) for each in given)
            case "builtin":
                return self._builtin(given, actor)
        return _compared(operator, actor[given[0]], given[1])

    def _builtin(self, name: str, actor: Variables) -> bool:
        purpose = self.model["purposes"].get(actor["doel"], {"states": [], "roles": []})
        return bool(
            {
                "role_of_agency": actor["organisatie"] in self.model["roles"][actor["rol"]]["agencies"],
                "purpose_exists": actor["doel"] in self.model["purposes"],
                "purpose_valid_in_state": actor["toestand"] in purpose["states"],
                "role_in_purpose": actor["rol"] in purpose["roles"],
            }[name]
        )

    def _first(self, steps: list[str], actor: Variables) -> str | None:
        known = self.model["evaluation"]["steps"]
        return next((known[s]["rule"] for s in steps if self._holds(known[s]["refuse_when"], actor)), None)

    def _usable(self, actor: Variables) -> bool:
        purpose = self.model["purposes"].get(actor["doel"])
        return (
            purpose is not None
            and actor["rol"] in purpose["roles"]
            and actor["toestand"] in purpose["states"]
            and self._first(self.model["evaluation"]["reading_purpose_guards"], actor) is None
        )

    def _matrix(self, actor: Variables) -> Verdict:
        row = self.rows.get((actor["doel"], actor["rol"], actor["categorie"]))
        if row is None:
            return _deny("G00_default")
        decision, mask = row["decision"], row["mask"]
        condition = row["condition"]
        if condition and not actor[self.model["conditions"][condition]["context"]]:
            decision, mask = row["else_decision"], row["else_mask"]
        for cap in self.model["caps"]:
            capped = actor["categorie"] == cap["categorie"] and self._holds(cap["when"], actor)
            if capped and decision != "deny":
                decision, mask = "mask", cap["mask"]
        return decision, mask or None, "matrix"

    def _steps(self, kind: str) -> list[str]:
        known = self.model["evaluation"]["steps"]
        return [step for step in self.model["evaluation"]["order"][kind] if step in known]

    def _disclose(self, case: dict[str, Any], kind: str) -> Verdict:
        actor = self._actor(case)
        if refused := self._first(self._steps(kind), actor):
            return _deny(refused)
        own = self._matrix(actor)
        if kind == "lezen" or own[0] == "deny":
            return own
        third = self._other(case, doel=case["context"]["ontvanger_doel"])
        if not self._usable(third):
            return _deny("S_geen_leesdoel")
        if refused := self._first(self.model["evaluation"]["recipient_guards"], third):
            return _deny(refused)
        theirs = self._matrix(third)
        if theirs[0] == "deny" or own[0] == "allow" or own[:2] == theirs[:2]:
            return theirs
        return own if theirs[0] == "allow" else _deny("G18_doorverstrekken")

    def _send(self, case: dict[str, Any], name: str) -> Verdict:
        message = next(each for each in self.model["messages"] if each["name"] == name)
        actor, given, state = self._actor(case), case["context"], case["resource"]["case_state"]
        if refused := self._message_refusal(message, actor):
            return _deny(refused)
        opened = dict.fromkeys(message["opens"], True)
        purpose, judged = self._purpose_of_send(message, state)
        if refused := self._first(
            self._steps("verzenden"), actor | opened | {"doel": purpose, "toestand": judged}
        ):
            return _deny(refused)
        role = given["ontvanger_rol"]
        if role is None:
            return "allow", None, "send"
        if message["recipients"] != ["*"] and role not in message["recipients"]:
            return _deny("S_ontvanger")
        need = message["recipient_requires"].get(role)
        if need is not None and not (given | opened)[need["key"]]:
            return _deny(need["rule"])
        return self._receive(case, message, opened)

    def _message_refusal(self, message: dict[str, Any], actor: Variables) -> str | None:
        senders, pilot = message["senders"], message["pilot_senders"]
        flagged = pilot is not None and actor[pilot["key"]] and actor["rol"] in pilot["roles"]
        if senders != ["*"] and actor["rol"] not in senders and not flagged:
            return "S_afzender_niet_bevoegd"
        if actor["toestand"] not in message["states"]:
            return "S_toestand"
        if actor["categorie"] not in {field["category"] for field in message["fields"]}:
            return "S_categorie_niet_in_schema"
        for need in message["requires"]:
            if (need["states"] is None or actor["toestand"] in need["states"]) and not actor[need["key"]]:
                return str(need["rule"])
        return None

    def _purpose_of_send(self, message: dict[str, Any], state: str) -> tuple[str, str]:
        for purpose in message["purposes"] + message["purposes_last"]:
            for each in (state, message["post_state"]):
                if each in self.model["purposes"][purpose]["states"]:
                    return purpose, each
        return message["purposes"][0], state

    def _receive(self, case: dict[str, Any], message: dict[str, Any], opened: dict[str, bool]) -> Verdict:
        role = case["context"]["ontvanger_rol"]
        state = message["post_state"] or case["resource"]["case_state"]
        reader = self._other(case, toestand=state) | opened
        reader["eigenaar"] = reader["eigenaar"] or role in message["owner_after"]
        general = message["purposes"] + self.model["read_order"][role] + message["purposes_last"]
        for purpose in message["reads_as"].get(role, general):
            reading = reader | {"doel": purpose}
            if self._usable(reading):
                refused = self._first(self.model["evaluation"]["recipient_guards"], reading)
                return _deny(refused) if refused else self._matrix(reading)
        return _deny("S_geen_leesdoel")

    def _decide(self, case: dict[str, Any], name: str) -> Verdict:
        transition = next(each for each in self.model["transitions"] if each["action"] == name)
        actor = self._actor(case)
        if refused := self._first(["G01"], actor):
            return _deny(refused)
        pilot = transition["pilot_roles"]
        flagged = pilot is not None and actor[pilot["key"]] and actor["rol"] in pilot["roles"]
        if actor["rol"] not in transition["roles"] and not flagged:
            return _deny("T_rol_niet_bevoegd")
        if actor["toestand"] not in transition["from_states"]:
            return _deny("T_toestand")
        if refused := self._first(["G07"], actor):
            return _deny(refused)
        if not actor["toegewezen"]:
            return _deny("G06_niet_toegewezen")
        if refused := self._first(["G10"], actor):
            return _deny(refused)
        for check in transition["checks"]:
            if self._holds(check["refuse_when"], actor):
                return _deny(check["rule"])
        return "allow", None, "transition"
