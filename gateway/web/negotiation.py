"""Which language a caller reads. Dutch, unless the caller prefers English."""

from gateway.web.problems import Language


def language_of(accept_language: str | None) -> Language:
    """English only when the header weighs `en` above `nl` (RFC 9110 12.5.4); anything unreadable is Dutch."""
    weights = {Language.NL: 0.0, Language.EN: 0.0}
    for entry in (accept_language or "").split(","):
        tag, _, parameter = entry.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        if primary in weights:
            language = Language(primary)
            weights[language] = max(weights[language], _weight(parameter))
    return Language.EN if weights[Language.EN] > weights[Language.NL] else Language.NL


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0) if name.strip().lower() == "q" else 1.0
    except ValueError:
        return 0.0
