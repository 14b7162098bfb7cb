"""One person of one agency at work: signs in at the pretend identity provider, then uses the agency's own node."""

import ssl
from dataclasses import dataclass
from typing import Any

import httpx2

from gateway.local.registry_file import Agency


@dataclass(frozen=True, slots=True)
class Reply:
    """What a node or system answered."""

    status: int
    body: Any

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


class AgencyClient:
    """A person at work. `person` is the reference of an invented member of staff."""

    def __init__(self, agency: Agency, person: str, *, node: str, system: str, tls: ssl.SSLContext) -> None:
        self.agency = agency
        self.person = person
        self._node = node
        self._system = system
        self._http = httpx2.Client(verify=tls, timeout=60.0, trust_env=False)
        self._token = ""

    def close(self) -> None:
        self._http.close()

    def sign_in(self) -> None:
        """Gets a token from the pretend identity provider."""
        answer = self._http.post(f"{self._system}/aanmelden", json={"medewerker": self.person})
        answer.raise_for_status()
        self._token = answer.json()["toegangstoken"]

    def get(self, path: str) -> Reply:
        return self._ask("GET", path, None)

    def post(self, path: str, body: dict[str, Any]) -> Reply:
        return self._ask("POST", path, body)

    def mailbox(self) -> list[dict[str, Any]]:
        """What the agency's own system shows this person."""
        answer = self._http.get(f"{self._system}/postbak", headers=self._authorization())
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()["poststukken"]
        return found

    def pages(self) -> list[dict[str, Any]]:
        """What the agency's pager went off for, oldest first."""
        answer = self._http.get(f"{self._system}/pieper", headers=self._authorization())
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()["oproepen"]
        return found

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> Reply:
        if not self._token:
            self.sign_in()
        answer = self._http.request(method, f"{self._node}{path}", json=body, headers=self._authorization())
        return Reply(answer.status_code, answer.json() if answer.content else {})

    def _authorization(self) -> dict[str, str]:
        if not self._token:
            self.sign_in()
        return {"Authorization": f"Bearer {self._token}"}
