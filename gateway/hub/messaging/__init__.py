"""NATS as the hub sees it: accounts, provisioning, the request/reply door and the way out to the nodes."""
