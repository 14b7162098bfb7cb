"""The hub: decides, routes and proves, without being able to read what agencies send each other."""
