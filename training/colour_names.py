"""Where the constants of `recommender/garment_colours.py` come from, and how well it names the main colour.

`python -m training.colour_names shades` fits the table of shades on the products that are not held out and prints it;
`python -m training.colour_names report` prints the accuracy over the twelve families on the held-out ones: measured
alone, network alone, both. The two exponents are chosen on one half of the held-out products and reported on the
other, both ways round: on the products that it learned from, the network is surer than it deserves.
"""

import argparse
from itertools import product

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from recommender.colour import srgb_to_lab
from recommender.garment_colours import (
    FAMILIES,
    FAMILY_OF_CATALOGUE_NAME,
    MeasuredColour,
    ciede2000,
    family_probabilities,
    garment_pixels,
    main_family_probabilities,
    measured_colours,
)
from recommender.onnx_attributes import OnnxAttributeReader
from training.retrieval_data import Example, catalogue_examples, catalogue_picture

TYPICAL_SRGB: dict[str, dict[str, str]] = {
    "black": {"black": "#141416"},
    "white": {"white": "#fbfbfb", "off-white": "#f1efe9"},
    "grey": {"charcoal": "#3c3e43", "grey": "#85878b", "light grey": "#c6c8cb"},
    "brown": {"brown": "#6b4a35", "dark brown": "#3a2a23", "tan": "#b08058", "rust": "#96482a", "taupe": "#857567"},
    "beige": {"cream": "#f0e8d3", "beige": "#d8c6a8", "sand": "#c2ab88", "nude": "#e3c1a8"},
    "red": {"red": "#c2202d", "dark red": "#8a1a25", "burgundy": "#5e1a2b", "coral": "#e4605a"},
    "pink": {"pink": "#e78fb0", "light pink": "#f3cdd6", "fuchsia": "#cf2b7d", "dusty pink": "#c4868f"},
    "orange": {"orange": "#e9742b", "peach": "#f5bd98", "burnt orange": "#c9572a"},
    "yellow": {"yellow": "#f2d03a", "light yellow": "#f4eb9f", "mustard": "#c89c33", "gold": "#b99a55"},
    "green": {
        "green": "#2f7d46",
        "dark green": "#22402f",
        "light green": "#a9cf9c",
        "lime": "#a9cf35",
        "olive": "#63633a",
        "khaki": "#8b8560",
        "mint": "#b6e0cd",
        "teal": "#1f7672",
        "sage": "#95a188",
    },
    "blue": {
        "blue": "#2a59b0",
        "navy": "#1d2540",
        "royal blue": "#2438a8",
        "light blue": "#a6c7e6",
        "sky blue": "#5fa3da",
        "denim": "#4b6487",
        "turquoise": "#35aebd",
    },
    "purple": {"purple": "#6c3f92", "lavender": "#b9a6d6", "plum": "#53294d", "mauve": "#97718f"},
}
"""Family -> shade -> its colour in words' usual sense; the start of the fit, and its prior."""

PRIOR_PRODUCTS = 60
"""A shade's usual colour weighs as much as so many products."""
LEAST_SHARE = 0.5
EVERY = 4
"""The shades are fitted on every fourth product: more of them outweigh what words usually mean by noise in labels."""
ROUNDS = 15
EXPONENTS = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4)

Labelled = tuple[NDArray[np.int64], list[tuple[MeasuredColour, ...]], list[Example]]


def labelled_products(*, held_out: bool, every: int = 1) -> Labelled:
    """Return family number, measured colours and example of each product whose colour names a family."""
    named = [
        example
        for example in catalogue_examples()
        if example.held_out == held_out and example.attributes.colour in FAMILY_OF_CATALOGUE_NAME
    ][::every]
    families = [FAMILIES.index(FAMILY_OF_CATALOGUE_NAME[example.attributes.colour or ""]) for example in named]
    pictures = (catalogue_picture(example) for example in tqdm(named, desc="measuring", mininterval=5))
    return np.array(families), [measured_colours(garment_pixels(picture)) for picture in pictures], named


def fitted_shades() -> dict[str, dict[str, tuple[float, ...]]]:
    """Return family -> shade -> CIELAB, moved from its usual colour to the products of the family that are nearest."""
    families, colours, _ = labelled_products(held_out=False, every=EVERY)
    sure = np.array([measured[0].share >= LEAST_SHARE for measured in colours])
    main = np.array([measured[0].lab for measured in colours])
    return {
        family: _fitted(shades, main[sure & (families == number)])
        for number, (family, shades) in enumerate(TYPICAL_SRGB.items())
    }


def _fitted(shades: dict[str, str], main: NDArray[np.float64]) -> dict[str, tuple[float, ...]]:
    usual = np.stack([srgb_to_lab(np.frombuffer(bytes.fromhex(code[1:]), np.uint8)) for code in shades.values()])
    moved = usual.astype(np.float64)
    for _ in range(ROUNDS):
        nearest = ciede2000(main[:, None], moved[None]).argmin(axis=1)
        for number in range(len(moved)):
            near = main[nearest == number]
            moved[number] = (near.sum(axis=0) + PRIOR_PRODUCTS * usual[number]) / (len(near) + PRIOR_PRODUCTS)
    return {shade: tuple(lab.round(1).tolist()) for shade, lab in zip(shades, moved, strict=True)}


def report() -> None:
    """Print the accuracy over twelve families and the log loss on the held-out products."""
    families, colours, examples = labelled_products(held_out=True)
    reader = OnnxAttributeReader()
    rows = [reader.read_probabilities([catalogue_picture(example)])["colour"][0] for example in tqdm(examples)]
    names = reader.values["colour"]
    network = [family_probabilities(dict(zip(names, row.tolist(), strict=True))) for row in rows]
    uniform = [np.full(len(FAMILIES), 1 / len(FAMILIES))] * len(families)
    print(f"{len(families)} held-out products, 12 families   accuracy   log loss")
    _line("measured alone", _fused(colours, uniform, (0.0, 1.0)), families)
    _line("network alone", _fused(colours, network, (1.0, 0.0)), families)
    _line("both, as shipped", _fused(colours, network, None), families)
    for chosen_on in (0, 1):
        half = np.arange(len(families)) % 2 == chosen_on
        best = min(
            product(EXPONENTS, EXPONENTS), key=lambda e: _log_loss(_fused(colours, network, e)[half], families[half])
        )
        _line(f"both, {best} from the other half", _fused(colours, network, best)[~half], families[~half])


def _fused(
    colours: list[tuple[MeasuredColour, ...]], network: list[NDArray[np.float64]], exponents: tuple[float, float] | None
) -> NDArray[np.float64]:
    chosen = {} if exponents is None else {"network_exponent": exponents[0], "measured_exponent": exponents[1]}
    pairs = zip(colours, network, strict=True)
    return np.stack([main_family_probabilities(measured, said, **chosen) for measured, said in pairs])


def _line(words: str, fused: NDArray[np.float64], families: NDArray[np.int64]) -> None:
    accuracy = (fused.argmax(axis=1) == families).mean()
    print(f"{words:<42} {accuracy:.3f}      {_log_loss(fused, families):.3f}")


def _log_loss(fused: NDArray[np.float64], families: NDArray[np.int64]) -> float:
    return float(-np.log(np.maximum(fused[np.arange(len(families)), families], 1e-9)).mean())


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["shades", "report"])
    if parser.parse_args().command == "report":
        report()
        return
    for family, shades in fitted_shades().items():
        print(f'    "{family}": {{')
        for shade, lab in shades.items():
            print(f'        "{shade}": {lab},')
        print("    },")


if __name__ == "__main__":
    main()
