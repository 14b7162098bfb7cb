"""Rules and fixtures that every test shares."""
