"""What a node does, one verb per file: plan, send, receive, hand over, open, accept, approve, act."""
