"""The node's API for the systems and people of its own agency: Dutch resources, problems as gateway.web gives them."""
