"""The colours that the demo draws with: a few real shades for each colour name of the shop."""

Rgb = tuple[int, int, int]

SHADES: dict[str, tuple[Rgb, ...]] = {
    "black": ((34, 34, 37), (41, 40, 42), (28, 29, 33)),
    "white": ((246, 245, 242), (243, 241, 235), (248, 248, 248)),
    "grey": ((148, 150, 154), (112, 115, 120), (184, 186, 188)),
    "navy": ((34, 44, 78), (28, 38, 66), (42, 52, 92)),
    "blue": ((48, 92, 168), (38, 78, 150), (66, 112, 186)),
    "light blue": ((164, 196, 224), (184, 210, 232), (142, 182, 216)),
    "red": ((190, 36, 44), (204, 48, 46), (172, 30, 42)),
    "burgundy": ((106, 28, 46), (92, 26, 40), (120, 34, 54)),
    "pink": ((232, 170, 184), (240, 190, 198), (218, 130, 154)),
    "orange": ((222, 118, 48), (232, 136, 66), (204, 98, 40)),
    "yellow": ((236, 196, 76), (242, 212, 108), (222, 176, 52)),
    "green": ((46, 110, 80), (36, 92, 66), (88, 142, 108)),
    "khaki": ((112, 112, 74), (98, 100, 66), (130, 128, 90)),
    "beige": ((216, 196, 166), (226, 210, 184), (202, 180, 148)),
    "brown": ((110, 74, 52), (92, 60, 42), (134, 92, 62)),
    "purple": ((116, 82, 148), (98, 66, 130), (158, 130, 186)),
}
COLOURS: tuple[str, ...] = tuple(SHADES)

DENIM: dict[str, tuple[Rgb, ...]] = {
    "navy": ((38, 50, 82), (34, 44, 72)),
    "blue": ((70, 102, 150), (58, 88, 134)),
    "light blue": ((148, 178, 206), (164, 190, 214)),
}

SKINS: tuple[Rgb, ...] = (
    (244, 214, 194),
    (234, 196, 168),
    (222, 176, 142),
    (198, 146, 110),
    (164, 112, 80),
    (126, 82, 58),
    (94, 62, 46),
)
HAIRS: tuple[Rgb, ...] = (
    (38, 32, 32),
    (62, 44, 36),
    (96, 66, 46),
    (142, 98, 62),
    (196, 158, 104),
    (160, 78, 44),
    (150, 148, 148),
)

GOLD: Rgb = (206, 168, 96)
SILVER: Rgb = (188, 190, 196)
IVORY: Rgb = (240, 234, 220)
OUTSOLE: Rgb = (244, 242, 236)
COGNAC_THREAD: Rgb = (206, 150, 84)


def shade_of(colour: str, shade: int = 0) -> Rgb:
    """Return one real shade of a colour name. Raises KeyError for a name outside `COLOURS`."""
    shades = SHADES[colour]
    return shades[shade % len(shades)]


def denim_of(colour: str, shade: int = 0) -> Rgb:
    """Return the washed shade that a denim of this colour has; other colours keep their own shade."""
    shades = DENIM.get(colour, SHADES[colour])
    return shades[shade % len(shades)]


def mix(first: Rgb, second: Rgb, share: float) -> Rgb:
    """Return `first` moved towards `second` by `share` (0 to 1)."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def darker(colour: Rgb, share: float) -> Rgb:
    """Return the colour moved towards black by `share` (0 to 1)."""
    return mix(colour, (12, 12, 18), share)


def lighter(colour: Rgb, share: float) -> Rgb:
    """Return the colour moved towards white by `share` (0 to 1)."""
    return mix(colour, (255, 255, 255), share)


def is_dark(colour: Rgb) -> bool:
    """Tell whether white reads better on the colour than black."""
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue < 110


def thread_on(colour: Rgb) -> Rgb:
    """Return a stitch colour that shows gently on the fabric."""
    return lighter(colour, 0.28) if is_dark(colour) else darker(colour, 0.30)
