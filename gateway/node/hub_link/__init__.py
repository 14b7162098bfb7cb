"""How a node reaches the hub: requests by NATS or HTTPS, and the inbox by JetStream. Only here NATS is spoken."""

from gateway.node.hub_link.link import HubLink, HubUnreachable, Inbox, InboxMessage
from gateway.node.hub_link.problems import answer_or_error, asked_wait

__all__ = ["HubLink", "HubUnreachable", "Inbox", "InboxMessage", "answer_or_error", "asked_wait"]
