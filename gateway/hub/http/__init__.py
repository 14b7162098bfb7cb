"""The HTTPS door of the hub: the same requests and answers as over NATS, and what anyone may check."""
