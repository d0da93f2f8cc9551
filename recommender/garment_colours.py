"""The colours of a garment: its pixels in CIELAB, gathered into a few, named, with the share of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from recommender.colour import Lab, srgb_to_lab, white_ground
from recommender.ports import Pixels

FAMILIES = (
    "black",
    "white",
    "grey",
    "brown",
    "beige",
    "red",
    "pink",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
)
"""The twelve names of `GarmentColour.name`."""

SHADES: dict[str, dict[str, tuple[float, float, float]]] = {
    "black": {
        "black": (20.9, 0.3, -0.2),
    },
    "white": {
        "white": (96.5, 0.1, -0.1),
        "off-white": (87.4, 0.5, 2.0),
    },
    "grey": {
        "charcoal": (28.3, 0.1, -2.3),
        "grey": (55.8, 0.4, -1.8),
        "light grey": (80.3, 0.0, -0.1),
    },
    "brown": {
        "brown": (34.5, 10.4, 16.1),
        "dark brown": (20.2, 5.6, 6.1),
        "tan": (59.1, 13.0, 26.9),
        "rust": (40.3, 30.0, 32.2),
        "taupe": (50.2, 4.0, 9.5),
    },
    "beige": {
        "cream": (92.0, -0.7, 11.0),
        "beige": (80.7, 1.6, 17.2),
        "sand": (69.3, 3.4, 20.2),
        "nude": (80.3, 8.4, 17.1),
    },
    "red": {
        "red": (43.0, 60.1, 34.9),
        "dark red": (31.7, 45.1, 22.0),
        "burgundy": (22.0, 28.7, 5.3),
        "coral": (60.5, 44.2, 24.9),
    },
    "pink": {
        "pink": (69.2, 38.3, -3.1),
        "light pink": (85.5, 13.7, 0.3),
        "fuchsia": (46.0, 63.7, -4.5),
        "dusty pink": (62.3, 25.3, 5.1),
    },
    "orange": {
        "orange": (61.9, 40.5, 57.8),
        "peach": (80.4, 15.4, 26.6),
        "burnt orange": (50.8, 42.0, 46.0),
    },
    "yellow": {
        "yellow": (83.9, -2.6, 73.2),
        "light yellow": (91.7, -7.1, 36.9),
        "mustard": (66.7, 6.2, 58.1),
        "gold": (63.3, 3.0, 37.2),
    },
    "green": {
        "green": (47.2, -37.1, 22.7),
        "dark green": (24.2, -13.8, 6.0),
        "light green": (79.3, -23.6, 22.2),
        "lime": (78.6, -31.8, 66.4),
        "olive": (41.0, -6.6, 21.4),
        "khaki": (55.8, -3.4, 20.6),
        "mint": (84.7, -15.7, 3.6),
        "teal": (44.9, -25.2, -4.8),
        "sage": (65.3, -8.3, 11.7),
    },
    "blue": {
        "blue": (39.8, 14.7, -50.0),
        "navy": (18.6, 3.4, -13.4),
        "royal blue": (29.5, 32.7, -60.8),
        "light blue": (79.0, -2.4, -14.7),
        "sky blue": (63.8, -5.0, -33.5),
        "denim": (41.6, 0.6, -19.7),
        "turquoise": (66.7, -26.3, -16.8),
    },
    "purple": {
        "purple": (35.5, 35.2, -37.5),
        "lavender": (72.0, 15.4, -19.8),
        "plum": (23.2, 21.0, -11.3),
        "mauve": (52.4, 20.8, -10.7),
    },
}
"""Family -> shade -> CIELAB, as shops photograph it (`python -m training.colour_names shades` fits them)."""

FAMILY_OF_CATALOGUE_NAME = {
    "Black": "black",
    "White": "white",
    "Off White": "white",
    "Grey": "grey",
    "Charcoal": "grey",
    "Grey Melange": "grey",
    "Metallic": "grey",
    "Silver": "grey",
    "Steel": "grey",
    "Brown": "brown",
    "Bronze": "brown",
    "Coffee Brown": "brown",
    "Copper": "brown",
    "Mushroom Brown": "brown",
    "Rust": "brown",
    "Tan": "brown",
    "Taupe": "brown",
    "Beige": "beige",
    "Cream": "beige",
    "Nude": "beige",
    "Skin": "beige",
    "Red": "red",
    "Burgundy": "red",
    "Maroon": "red",
    "Pink": "pink",
    "Magenta": "pink",
    "Rose": "pink",
    "Orange": "orange",
    "Peach": "orange",
    "Yellow": "yellow",
    "Gold": "yellow",
    "Mustard": "yellow",
    "Green": "green",
    "Fluorescent Green": "green",
    "Khaki": "green",
    "Lime Green": "green",
    "Olive": "green",
    "Sea Green": "green",
    "Teal": "green",
    "Blue": "blue",
    "Navy Blue": "blue",
    "Turquoise Blue": "blue",
    "Purple": "purple",
    "Lavender": "purple",
    "Mauve": "purple",
}
"""What catalogues call a colour -> its family; "Multi" names none."""

Families = NDArray[np.float64]
"""Probabilities over FAMILIES, float64, shape (12,)."""

NETWORK_EXPONENT = 0.7
MEASURED_EXPONENT = 1.0
"""How much the two opinions about the main colour weigh (`python -m training.colour_names report`)."""
_LEAST_BELIEF = 1e-4
_LEAST_SUPPORT = 0.02

NAMING_SOFTNESS = 10.0
"""In CIEDE2000 units: about how far a photo moves a garment's colour."""
MERGED_BELOW = 11.0
"""In CIEDE2000 units: nearer colours are one dye in light and shade."""
SMALLEST_SHARE = 0.04
"""A rarer colour goes to its nearest neighbour: seams, buttons, the soft edge of a mask."""
SAMPLED_PIXELS = 3000
_CLUSTERS = 8
_ROUNDS = 12
_TEXTILE_LIGHTNESS_FACTOR = 2.0
"""Folds shade a cloth: textiles are compared with half the weight on lightness (CIEDE2000's k_L, as in CMC 2:1)."""


@dataclass(frozen=True)
class MeasuredColour:
    """One colour of a garment: CIELAB (D65) and the share of the garment's pixels, 0 to 1."""

    lab: tuple[float, float, float]
    share: float


@dataclass(frozen=True)
class GarmentColour:
    """A named colour of a garment.

    name: one of FAMILIES; shade: a finer name within it; share: of the garment's pixels; lab: CIELAB (D65);
    probability: that `name` is what the garment's colour is called; corrected: a person said so.
    """

    name: str
    shade: str
    share: float
    lab: tuple[float, float, float]
    probability: float
    corrected: bool = False


def garment_pixels(picture: Pixels) -> Pixels:
    """Return the pixels, uint8 (n, 3), n >= 1, of what stands on white ground; all where nothing stands out of it.

    The outermost pixels are left out: there garment and ground mix.
    """
    inside = ~white_ground(picture)
    core = _eroded(inside)
    chosen = core if core.sum() >= 0.3 * inside.sum() and core.any() else inside
    return picture[chosen] if chosen.any() else picture.reshape(-1, 3)


def has_white_ground(picture: Pixels) -> bool:
    """Say whether a picture is a catalogue's: most of its upper edge and sides is white."""
    sides = np.concatenate([picture[0], picture[:, 0], picture[:, -1]])
    return bool((sides.min(axis=1) >= _NEAR_WHITE).mean() >= _WHITE_SIDES_SHARE)


_NEAR_WHITE = 236
_WHITE_SIDES_SHARE = 0.6


def measured_colours(pixels: Pixels) -> tuple[MeasuredColour, ...]:
    """Return the few colours of a garment's pixels, uint8 (n, 3), n >= 1, largest first; their shares sum to 1."""
    step = max(1, len(pixels) // SAMPLED_PIXELS)
    lab = srgb_to_lab(pixels[::step]).astype(np.float64)
    centres, nearest = _gathered(lab)
    shares = np.bincount(nearest, minlength=len(centres)) / len(lab)
    centres, shares = centres[shares > 0], shares[shares > 0]
    centres, shares = _merged(centres, shares)
    order = np.argsort(-shares, kind="stable")
    return tuple(MeasuredColour(_plain(centres[index]), float(shares[index])) for index in order)


def family_likelihoods(lab: Lab) -> NDArray[np.float64]:
    """Return how well each family names CIELAB colours, (n, 3): rows over FAMILIES that sum to 1, (n, 12)."""
    anchors, families = _anchors()
    distances = ciede2000(lab[:, None], anchors[None])
    nearest = np.stack([distances[:, families == family].min(axis=1) for family in range(len(FAMILIES))], axis=1)
    likelihoods = np.exp((nearest.min(axis=1, keepdims=True) ** 2 - nearest**2) / (2 * NAMING_SOFTNESS**2))
    shares: NDArray[np.float64] = likelihoods / likelihoods.sum(axis=1, keepdims=True)
    return shares


def shade_of(lab: tuple[float, float, float], family: str) -> str:
    """Return the finer name that a colour of a family has."""
    shades = SHADES[family]
    distances = ciede2000(np.array([lab]), np.array(list(shades.values())))
    return list(shades)[int(distances.argmin())]


def family_probabilities(names: Mapping[str, float]) -> NDArray[np.float64]:
    """Return probabilities over FAMILIES, (12,), from those of a catalogue's colour names; uniform without any."""
    totals = np.zeros(len(FAMILIES))
    for name, probability in names.items():
        if name in FAMILY_OF_CATALOGUE_NAME:
            totals[FAMILIES.index(FAMILY_OF_CATALOGUE_NAME[name])] += probability
    shares: NDArray[np.float64] = totals / totals.sum() if totals.sum() > 0 else np.full(len(FAMILIES), 1 / 12)
    return shares


def main_family_probabilities(
    measured: Sequence[MeasuredColour],
    network: Families,
    *,
    network_exponent: float = NETWORK_EXPONENT,
    measured_exponent: float = MEASURED_EXPONENT,
) -> Families:
    """Return over FAMILIES, (12,), how probably each is what the garment's colour is called.

    A logarithmic pool of two opinions (Genest and Zidek, 1986): the network's and the pixels' share of each family.
    """
    shares = np.array([colour.share for colour in measured])
    support = shares @ family_likelihoods(np.array([colour.lab for colour in measured]))
    pooled = network_exponent * np.log(network + _LEAST_BELIEF) + measured_exponent * np.log(support + _LEAST_SUPPORT)
    powers = np.exp(pooled - pooled.max())
    shared: Families = powers / powers.sum()
    return shared


def named_colours(
    measured: Sequence[MeasuredColour], network: Families, *, corrected: str | None = None
) -> tuple[GarmentColour, ...]:
    """Return the measured colours with names, the main one first, then by share; at least one, shares sum to 1.

    network: probabilities over FAMILIES. corrected: the main colour's family as a person said it. A colour with more
    pixels than the main one is taken to be partly not the garment's (skin, ground, what else is worn): it counts for
    as much as the main one at most.
    """
    probabilities = main_family_probabilities(measured, network)
    main = FAMILIES.index(corrected) if corrected else int(probabilities.argmax())
    likelihoods = family_likelihoods(np.array([colour.lab for colour in measured]))
    shares = np.array([colour.share for colour in measured])
    carrier = int((shares * (likelihoods[:, main] + _LEAST_SUPPORT)).argmax())
    families = (likelihoods**2 * np.sqrt(probabilities + _LEAST_SUPPORT)).argmax(axis=1)
    families[carrier] = main
    order = sorted(range(len(measured)), key=lambda index: (families[index] != main, -shares[index]))
    named: dict[tuple[str, str], GarmentColour] = {}
    for index in order:
        _add(named, measured[index], FAMILIES[families[index]], float(probabilities[families[index]]))
    return _rescaled(list(named.values()), corrected)


def _add(named: dict[tuple[str, str], GarmentColour], colour: MeasuredColour, family: str, probability: float) -> None:
    """Add a colour under its family and shade; two of one name become their mean."""
    key = (family, shade_of(colour.lab, family))
    before = named.get(key)
    share = colour.share + (before.share if before else 0.0)
    lab = np.array(colour.lab)
    if before:
        lab = (before.share * np.array(before.lab) + colour.share * lab) / share
    named[key] = GarmentColour(*key, share, _plain(lab), probability)


def _rescaled(colours: list[GarmentColour], corrected: str | None) -> tuple[GarmentColour, ...]:
    main = max((colour for colour in colours if colour.name == colours[0].name), key=lambda colour: colour.share)
    shares = [min(colour.share, main.share) for colour in colours]
    scaled = [replace(colour, share=share / sum(shares)) for colour, share in zip(colours, shares, strict=True)]
    scaled.sort(key=lambda colour: (-colour.share, colour.name != main.name))
    if corrected:
        scaled = [_with_correction(colour, corrected) for colour in scaled]
    return tuple(scaled)


def _with_correction(colour: GarmentColour, corrected: str) -> GarmentColour:
    said = colour.name == corrected
    return replace(colour, probability=1.0 if said else 0.0, corrected=said)


def srgb_hex(lab: tuple[float, float, float]) -> str:
    """Return a CIELAB (D65) colour as `#rrggbb` sRGB, the nearest there is of each channel."""
    y = (lab[0] + 16) / 116
    curve = np.array([y + lab[1] / 500, y, y - lab[2] / 200])
    relative = np.where(curve > 6 / 29, curve**3, (116 * curve - 16) * 27 / 24389)
    linear = np.clip(_FROM_XYZ @ (relative * _D65_WHITE), 0, 1)
    value = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + bytes((255 * value).round().astype(np.uint8)).hex()


_FROM_XYZ = np.array(
    ((3.2404542, -1.5371385, -0.4985314), (-0.9692660, 1.8760108, 0.0415560), (0.0556434, -0.2040259, 1.0572252))
)
_D65_WHITE = np.array((0.950470, 1.0, 1.088830))


def ciede2000(
    one: NDArray[np.floating], other: NDArray[np.floating], *, lightness_factor: float = 1.0
) -> NDArray[np.float64]:
    """Return the CIEDE2000 difference of CIELAB colours, shapes (..., 3), broadcast.

    Sharma, Wu and Dalal, "The CIEDE2000 Color-Difference Formula" (2005); lightness_factor is its k_L.
    """
    l1, a1, b1 = np.moveaxis(np.asarray(one, np.float64), -1, 0)
    l2, a2, b2 = np.moveaxis(np.asarray(other, np.float64), -1, 0)
    mean_chroma7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    stretch = 1.5 - 0.5 * np.sqrt(mean_chroma7 / (mean_chroma7 + 25.0**7))
    c1, c2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    h1, h2 = np.arctan2(b1, stretch * a1), np.arctan2(b2, stretch * a2)
    turn = (h2 - h1 + np.pi) % (2 * np.pi) - np.pi
    grey = c1 * c2 == 0
    turn = np.where(grey, 0, turn)
    hue = np.where(grey, h1 * (c1 > 0) + h2 * (c2 > 0), h1 + turn / 2)
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    weight = (
        1
        - 0.17 * np.cos(hue - np.pi / 6)
        + 0.24 * np.cos(2 * hue)
        + 0.32 * np.cos(3 * hue + np.pi / 30)
        - 0.20 * np.cos(4 * hue - np.deg2rad(63))
    )
    s_l = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    d_l = (l2 - l1) / (lightness_factor * s_l)
    d_c = (c2 - c1) / (1 + 0.045 * chroma)
    d_h = 2 * np.sqrt(c1 * c2) * np.sin(turn / 2) / (1 + 0.015 * chroma * weight)
    degrees = np.rad2deg(hue) % 360
    angle = np.deg2rad(60 * np.exp(-(((degrees - 275) / 25) ** 2)))
    rotation = -2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7)) * np.sin(angle)
    difference: NDArray[np.float64] = np.sqrt(np.maximum(d_l**2 + d_c**2 + d_h**2 + rotation * d_c * d_h, 0))
    return difference


def _gathered(lab: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """k-means (Lloyd, 1982) from the colours farthest apart: the same centres for the same pixels."""
    centres = lab.mean(axis=0, keepdims=True)
    for _ in range(_CLUSTERS - 1):
        away = _squared(lab, centres).min(axis=1)
        centres = np.concatenate([centres, lab[[away.argmax()]]])
    for _ in range(_ROUNDS):
        nearest = _squared(lab, centres).argmin(axis=1)
        counts = np.bincount(nearest, minlength=len(centres))
        sums = np.stack([np.bincount(nearest, lab[:, axis], len(centres)) for axis in range(3)], axis=1)
        centres = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centres)
    return centres, _squared(lab, centres).argmin(axis=1)


def _squared(lab: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    squared: NDArray[np.float64] = (lab**2).sum(axis=1)[:, None] - 2 * lab @ centres.T + (centres**2).sum(axis=1)
    return squared


def _merged(
    centres: NDArray[np.float64], shares: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Join the two nearest colours until all are far apart, then give the rare ones to their nearest."""
    while len(shares) > 1:
        distances = ciede2000(centres[:, None], centres[None], lightness_factor=_TEXTILE_LIGHTNESS_FACTOR)
        np.fill_diagonal(distances, np.inf)
        nearest = distances.argmin(axis=1)
        goes = int(distances.min(axis=1).argmin())
        if distances[goes].min() >= MERGED_BELOW:
            goes = int(shares.argmin())
            if shares[goes] >= SMALLEST_SHARE:
                break
        else:
            both = [goes, nearest[goes]]
            centres[nearest[goes]] = np.average(centres[both], axis=0, weights=shares[both])
        shares[nearest[goes]] += shares[goes]
        centres, shares = np.delete(centres, goes, axis=0), np.delete(shares, goes)
    return centres, shares


def _eroded(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    padded = np.pad(inside, 1)
    core = inside.copy()
    for down, right in ((0, 1), (2, 1), (1, 0), (1, 2)):
        core &= padded[down : down + inside.shape[0], right : right + inside.shape[1]]
    return core


@cache
def _anchors() -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return the CIELAB of all shades, (n, 3), and the number of the family of each."""
    anchors = [(lab, FAMILIES.index(family)) for family, shades in SHADES.items() for lab in shades.values()]
    return np.array([lab for lab, _ in anchors]), np.array([family for _, family in anchors])


def _plain(lab: NDArray[np.float64]) -> tuple[float, float, float]:
    return float(lab[0]), float(lab[1]), float(lab[2])
