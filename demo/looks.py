"""Dressed figures: somebody standing in a studio or a street, with the class of every pixel."""

from dataclasses import dataclass, replace

import numpy as np

from demo.backgrounds import GROUNDS, background
from demo.body import MEN, WOMEN, Arm, Body
from demo.bottoms import PANTS_HEMS, WAISTS, pants_panels, skirt_panels
from demo.canvas import Canvas, Panel, View
from demo.cloth import fabric_of
from demo.draw import Drawing
from demo.dresses import dress_panels
from demo.figure import HAIR_STYLES, arm, hair_behind, hair_in_front, hand, head, legs, trunk
from demo.outerwear import outer_panels
from demo.palette import HAIRS, SKINS, Rgb
from demo.random_drawings import random_spec
from demo.spec import (
    BAG_TYPES,
    DRESS_TYPES,
    HAT_TYPES,
    OUTER_TYPES,
    PANTS_TYPES,
    SHOE_TYPES,
    SKIRT_TYPES,
    TOP_TYPES,
    GarmentSpec,
)
from demo.upper import upper_panels
from demo.worn import worn_bag, worn_belt, worn_hat, worn_scarf, worn_shoes, worn_sunglasses

WIDTH_SHARE = 0.60
FIGURE_CM = 185.0
LEG_STRETCH = 1.09
POSES = ("relaxed", "hand on hip", "walking")


@dataclass(frozen=True)
class LookSpec:
    """A dressed figure. skin, hair_colour: positions in `palette.SKINS` and `palette.HAIRS`; coat_open: an outer
    garment shows what is under it; tucked: the top goes into the waistband."""

    garments: tuple[GarmentSpec, ...]
    body: str = "women"
    skin: int = 1
    hair: str = "long"
    hair_colour: int = 1
    pose: str = "relaxed"
    ground: str = "studio"
    coat_open: bool = True
    tucked: bool = False

    def worn(self, types: tuple[str, ...]) -> GarmentSpec | None:
        """Return the first garment of one of these types."""
        return next((garment for garment in self.garments if garment.type in types), None)


def draw_look(spec: LookSpec, *, height_pixels: int = 960, seed: int) -> Drawing:
    """Return a figure wearing the look, 0.6 as wide as high; the same arguments give the same pixels."""
    rng = np.random.default_rng(seed)
    width_pixels = round(height_pixels * WIDTH_SHARE)
    scale = height_pixels * 0.91 / FIGURE_CM
    shift = float(rng.uniform(1.2, 2.6) * rng.choice((-1, 1))) if spec.pose != "relaxed" else float(rng.uniform(-1, 1))
    view = View(
        scale,
        width_pixels / 2,
        height_pixels * 0.06,
        sway_cm=0.25,
        sway_phase=float(rng.uniform(0, 6)),
        hip_shift_cm=shift,
        leg_stretch=LEG_STRETCH,
    )
    canvas = Canvas(width_pixels, height_pixels, view, rng)
    canvas.paint(look_panels(spec, rng))
    ground = background(spec.ground, height_pixels, width_pixels, view, rng)
    return Drawing(canvas.over(ground), canvas.class_ids, spec.garments)


def look_panels(spec: LookSpec, rng: np.random.Generator) -> list[Panel]:
    """Return the panels of the person and of everything worn, back to front."""
    body = posed(spec, rng)
    skin, hair = SKINS[spec.skin % len(SKINS)], HAIRS[spec.hair_colour % len(HAIRS)]
    outer = spec.worn(OUTER_TYPES)
    person = [*hair_behind(spec.hair, hair, rng), *trunk(body, skin), *legs(body, skin, _bare_from(spec))]
    arms = [panel for side in (-1, 1) for panel in arm(body, side, skin)]
    clothes = [*_on_the_feet(spec, body, rng), *_clothes(spec, body, rng, arms)]
    gap = float(rng.uniform(3.4, 6.0)) if spec.coat_open else None
    coat = outer_panels(outer, body, fabric_of(outer, rng), rng, gap=gap) if outer else []
    return [
        *person,
        *clothes,
        *coat,
        *_hands_in_front(spec, body, skin),
        *_head_and_extras(spec, body, skin, hair, rng),
    ]


def _bare_from(spec: LookSpec) -> float:
    """Return the height below which the legs can be seen; trousers hide them down to a hand above the hem."""
    pants = spec.worn(PANTS_TYPES)
    return PANTS_HEMS[pants.length] - 6 if pants and "shorts" not in pants.type else 0.0


def posed(spec: LookSpec, rng: np.random.Generator) -> Body:
    """Return the body in its posture, ready to be dressed."""
    base = MEN if spec.body == "men" else WOMEN
    out = 2.2 if spec.worn(OUTER_TYPES) else 0.0
    x, y = base.arms[0].shoulder
    sway = rng.uniform(-0.8, 0.8, 2)
    relaxed = [Arm((x, y), (x + 4.2 + out + s, y + 24.5), (x + 6.0 + out + 1.5 * s, y + 47.5)) for s in sway]
    if spec.pose == "hand on hip" and not spec.worn(OUTER_TYPES):
        relaxed[0] = Arm((x, y), (x + 14.5, y + 22.0), (x + 3.4, y + 39.5))
    if spec.pose == "walking":
        relaxed[0] = Arm((x, y), (x + 5.4 + out, y + 23.5), (x + 8.8 + out, y + 44.5))
    stance = 1.6 if spec.body == "men" else -0.8
    knee, ankle = (base.knee[0] - 0.6 + stance * 0.4, base.knee[1]), (base.ankle[0] - 0.8 + stance, base.ankle[1])
    return replace(base, arms=(relaxed[0], relaxed[1]), knee=knee, ankle=ankle, worn=True)


def _on_the_feet(spec: LookSpec, body: Body, rng: np.random.Generator) -> list[Panel]:
    shoes = spec.worn(SHOE_TYPES)
    return worn_shoes(shoes, body, fabric_of(shoes, rng)) if shoes else []


def _clothes(spec: LookSpec, body: Body, rng: np.random.Generator, arms: list[Panel]) -> list[Panel]:
    """Return the dress, or the bottom and the top in the order that tucking asks for."""
    dress, top = spec.worn(DRESS_TYPES), spec.worn(TOP_TYPES)
    if dress:
        dress = replace(dress, sleeves="none") if spec.worn(OUTER_TYPES) and dress.type != "slip dress" else dress
        return [*arms, *dress_panels(dress, body, fabric_of(dress, rng), rng), *_belt(spec, body, body.waist[1], rng)]
    bottom = _bottom(spec, body, rng)
    if top and spec.worn(OUTER_TYPES):
        top = replace(top, fit="slim", sleeves="under a coat")
    upper = upper_panels(top, body, fabric_of(top, rng), rng, tucked=spec.tucked) if top else []
    garment = spec.worn(PANTS_TYPES + SKIRT_TYPES)
    waist = WAISTS[garment.rise] + (body.waist[1] - 66) + 1.8 if garment else body.waist[1]
    belt = _belt(spec, body, waist, rng)
    return [*arms, *upper, *bottom, *belt] if spec.tucked else [*bottom, *belt, *arms, *upper]


def _bottom(spec: LookSpec, body: Body, rng: np.random.Generator) -> list[Panel]:
    pants, skirt = spec.worn(PANTS_TYPES), spec.worn(SKIRT_TYPES)
    panels = pants_panels(pants, body, fabric_of(pants, rng), rng) if pants else []
    if skirt:
        skirt = replace(skirt, fit="slim") if spec.worn(OUTER_TYPES) else skirt
        panels += skirt_panels(skirt, body, fabric_of(skirt, rng), rng)
    boots = spec.worn(("boots", "ankle boots"))
    over = pants is not None and (pants.leg == "skinny" or pants.type == "leggings")
    return panels + (worn_shoes(boots, body, fabric_of(boots, rng)) if over and boots else [])


def _belt(spec: LookSpec, body: Body, waist: float, rng: np.random.Generator) -> list[Panel]:
    belt = spec.worn(("belt",))
    return worn_belt(belt, body, fabric_of(belt, rng), waist) if belt else []


def _hands_in_front(spec: LookSpec, body: Body, skin: Rgb) -> list[Panel]:
    if spec.pose != "hand on hip" or spec.worn(OUTER_TYPES):
        return []
    return hand(body, -1, skin, reach=(-0.75, 0.66))


def _head_and_extras(spec: LookSpec, body: Body, skin: Rgb, hair: Rgb, rng: np.random.Generator) -> list[Panel]:
    hat, glasses = spec.worn(HAT_TYPES), spec.worn(("sunglasses",))
    scarf, bag = spec.worn(("scarf",)), spec.worn(BAG_TYPES)
    panels = [*head(skin, hair, man=spec.body == "men", eyes=glasses is None), *hair_in_front(spec.hair, hair, rng)]
    if glasses:
        panels += worn_sunglasses(glasses, fabric_of(glasses, rng), rng)
    if hat:
        panels += worn_hat(hat, fabric_of(hat, rng), rng)
    if scarf:
        panels += worn_scarf(scarf, fabric_of(scarf, rng), rng)
    if bag:
        panels += worn_bag(bag, body, fabric_of(bag, rng), 1, rng)
    return panels


@dataclass(frozen=True)
class DemoLook:
    """A look that a visitor can try with one tap."""

    slug: str
    title_fr: str
    title_en: str
    spec: LookSpec
    seed: int


def demo_looks() -> list[DemoLook]:
    """Return the looks that the landing page offers."""
    wear = GarmentSpec
    return [
        DemoLook(
            "weekend",
            "Marinière du week-end",
            "Weekend stripes",
            LookSpec(
                (
                    wear("long-sleeved top", "white", pattern="striped", accent="navy", fit="slim"),
                    wear("jeans", "blue", rise="high"),
                    wear("sneakers", "white", accent="green"),
                    wear("tote", "beige"),
                ),
                skin=1,
                hair="bob",
                hair_colour=2,
                pose="hand on hip",
                ground="street",
                tucked=True,
            ),
            11,
        ),
        DemoLook(
            "garden-party",
            "Robe de fête au jardin",
            "Garden party",
            LookSpec(
                (
                    wear(
                        "dress",
                        "green",
                        pattern="floral",
                        accent="white",
                        sleeves="short",
                        neckline="v",
                        length="regular",
                    ),
                    wear("heels", "beige"),
                    wear("handbag", "brown"),
                ),
                skin=4,
                hair="curly",
                hair_colour=0,
                pose="walking",
                ground="warm studio",
            ),
            12,
        ),
        DemoLook(
            "autumn-coat",
            "Manteau d'automne",
            "Autumn coat",
            LookSpec(
                (
                    wear("sweater", "white", neckline="turtleneck"),
                    wear("skirt", "burgundy", rise="high"),
                    wear("coat", "beige", length="long"),
                    wear("boots", "brown"),
                    wear("hat", "brown"),
                    wear("scarf", "red", pattern="checked", accent="white"),
                ),
                skin=0,
                hair="long",
                hair_colour=5,
                pose="walking",
                ground="street",
            ),
            13,
        ),
        DemoLook(
            "city-tailoring",
            "Tailleur en ville",
            "City tailoring",
            LookSpec(
                (
                    wear("shirt", "light blue", body="men"),
                    wear("trousers", "grey", body="men"),
                    wear("blazer", "navy", body="men"),
                    wear("loafers", "brown", body="men"),
                    wear("belt", "brown", body="men"),
                ),
                body="men",
                skin=5,
                hair="short",
                hair_colour=0,
                pose="relaxed",
                ground="studio",
                tucked=True,
            ),
            14,
        ),
        DemoLook(
            "off-duty",
            "Jour de repos",
            "Off duty",
            LookSpec(
                (
                    wear("hoodie", "yellow", body="men", shade=2),
                    wear("joggers", "grey", body="men", shade=1),
                    wear("high sneakers", "red", accent="black"),
                    wear("cap", "navy"),
                    wear("backpack", "khaki"),
                ),
                body="men",
                skin=2,
                hair="curly",
                hair_colour=1,
                pose="relaxed",
                ground="wall",
            ),
            15,
        ),
        DemoLook(
            "rock-evening",
            "Soirée rock",
            "Rock evening",
            LookSpec(
                (
                    wear("t-shirt", "white", sleeves="short"),
                    wear("leather jacket", "black", fit="slim"),
                    wear("jeans", "black", leg="skinny", rise="high"),
                    wear("ankle boots", "black"),
                    wear("sunglasses", "black"),
                    wear("crossbody bag", "red"),
                ),
                skin=3,
                hair="ponytail",
                hair_colour=0,
                pose="walking",
                ground="studio",
            ),
            16,
        ),
    ]


def random_look_spec(rng: np.random.Generator) -> LookSpec:
    """Return a look drawn by lot."""
    body = "men" if rng.random() < 0.42 else "women"
    garments: list[GarmentSpec] = []
    if body == "women" and rng.random() < 0.35:
        garments.append(random_spec(rng, DRESS_TYPES, body))
    else:
        garments.append(random_spec(rng, TOP_TYPES, body))
        garments.append(random_spec(rng, SKIRT_TYPES if body == "women" and rng.random() < 0.4 else PANTS_TYPES, body))
    chances = (
        (OUTER_TYPES, 0.42),
        (HAT_TYPES, 0.28),
        (BAG_TYPES, 0.4),
        (("scarf",), 0.2),
        (("belt",), 0.25),
        (("sunglasses",), 0.25),
    )
    garments += [random_spec(rng, types, body) for types, chance in chances if rng.random() < chance]
    shoes = tuple(t for t in SHOE_TYPES if body == "women" or t not in ("heels", "flats", "boots"))
    if rng.random() < 0.94:
        garments.append(random_spec(rng, shoes, body))
    return LookSpec(
        garments=tuple(garments),
        body=body,
        skin=int(rng.integers(len(SKINS))),
        hair=str(rng.choice(("short", "short", "curly") if body == "men" else HAIR_STYLES)),
        hair_colour=int(rng.integers(len(HAIRS))),
        pose=str(rng.choice(POSES)),
        ground=str(rng.choice(GROUNDS)) if rng.random() < 0.5 else "any",
        coat_open=bool(rng.random() < 0.7),
        tucked=bool(rng.random() < 0.4),
    )


def random_look(seed: int, *, height_pixels: int = 416) -> Drawing:
    """Return a figure in clothes drawn by lot, more often than not on a ground of any colour."""
    rng = np.random.default_rng(seed)
    spec = random_look_spec(rng)
    return draw_look(spec, height_pixels=height_pixels, seed=int(rng.integers(2**31)))
