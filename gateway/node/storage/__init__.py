"""What the node of one agency keeps: one SQLite file, owned by one process, written by one thread.

Content is never in clear in it: received copies stay sealed as they came, own content is sealed to the node's own key.
"""
