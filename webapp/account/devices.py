"""What a browser says of itself, coarsened to what its owner recognises: no version, no model."""

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_words(user_agent: str) -> str:
    """Return words such as `Firefox · Windows`; empty for a browser that is not known."""
    found = (next((words for sign, words in signs if sign in user_agent), "") for signs in (_BROWSERS, _SYSTEMS))
    return " · ".join(words for words in found if words)
