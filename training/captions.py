"""Words for garments: attributes -> captions in English and French that never claim more than the attributes say.

A caption remembers what it states, so that training knows which other pictures of a batch it describes too.
"""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "fr"]


@dataclass(frozen=True)
class FrenchNoun:
    """A French noun with what adjectives agree with."""

    word: str
    feminine: bool = False
    plural: bool = False


def _french(*specifications: str) -> tuple[FrenchNoun, ...]:
    """Read `robe:f`, `jean:m`, `baskets:fp` as nouns."""
    nouns = []
    for specification in specifications:
        word, _, marks = specification.partition(":")
        nouns.append(FrenchNoun(word, "f" in marks, "p" in marks))
    return tuple(nouns)


@dataclass(frozen=True)
class Noun:
    """Names of one type of garment, or of a group of types.

    types: the article types that the words may mean. detail: what the garment must have to be called so.
    """

    types: frozenset[str]
    english: tuple[str, ...]
    french: tuple[FrenchNoun, ...]
    detail: str | None = None


def _noun(types: str, english: str, french: str, detail: str | None = None) -> Noun:
    return Noun(frozenset(types.split("|")), tuple(english.split("|")), _french(*french.split("|")), detail)


SHOES = "Casual Shoes|Sports Shoes|Formal Shoes|Flats|Heels|Sandals|Sports Sandals|Flip Flops|Boots"
LONG_BOTTOMS = "Trousers|Jeans|Track Pants|Leggings|Capris|Lounge Pants|Churidar"
TOPS = "Tshirts|Shirts|Tops|Sweaters|Sweatshirts|Tunics|Kurtas|Kurtis|Cardigans"
OUTER = "Jackets|Sweaters|Sweatshirts|Blazers|Rain Jacket|Waistcoat|Coats|Cardigans"
BAGS = "Handbags|Backpacks|Clutches|Laptop Bag|Duffel Bag|Messenger Bag|Rucksacks|Waist Pouch|Mobile Pouch|Trolley Bag"

NOUNS: tuple[Noun, ...] = (
    _noun("Tshirts", "t-shirt|tee|tshirt|tee shirt", "t-shirt:m|tee-shirt:m|tshirt:m"),
    _noun("Shirts", "shirt|button-up shirt|button-down shirt", "chemise:f"),
    _noun("Tops", "top|blouse|women's top", "top:m|blouse:f|corsage:m"),
    _noun("Sweaters|Cardigans", "sweater|pullover|jumper|knitwear|knit", "pull:m|pull-over:m|chandail:m|tricot:m"),
    _noun("Cardigans", "cardigan|knit cardigan", "gilet en maille:m|cardigan:m"),
    _noun("Sweatshirts", "sweatshirt|sweat", "sweat-shirt:m|sweat:m"),
    _noun("Jackets", "jacket|zip jacket", "veste:f|blouson:m"),
    _noun("Coats", "coat|overcoat", "manteau:m|pardessus:m"),
    _noun("Blazers", "blazer|suit jacket", "blazer:m|veste de costume:f"),
    _noun("Rain Jacket", "rain jacket|raincoat", "imperméable:m|ciré:m"),
    _noun("Waistcoat", "waistcoat|vest", "gilet:m|gilet de costume:m|gilet sans manches:m"),
    _noun("Dresses", "dress|gown|frock", "robe:f"),
    _noun("Jumpsuits", "jumpsuit|romper|playsuit|overalls", "combinaison:f|combishort:m|salopette:f"),
    _noun("Skirts", "skirt|mini skirt|midi skirt", "jupe:f|mini-jupe:f"),
    _noun("Trousers", "trousers|chinos|slacks", "pantalon:m|pantalon chino:m|chino:m"),
    _noun("Jeans", "jeans|denim|denim trousers", "jean:m|jeans:mp|denim:m|pantalon en jean:m"),
    _noun(
        "Track Pants",
        "track pants|joggers|sweatpants|tracksuit bottoms",
        "pantalon de jogging:m|jogging:m|bas de survêtement:m",
    ),
    _noun("Leggings", "leggings", "legging:m|leggings:mp"),
    _noun("Capris", "capris|capri pants|cropped trousers", "corsaire:m|pantacourt:m"),
    _noun("Shorts", "shorts|bermuda shorts", "short:m|bermuda:m|shorts:mp"),
    _noun("Tracksuits", "tracksuit", "survêtement:m"),
    _noun("Kurtas", "kurta|indian tunic shirt", "kurta:f|tunique indienne:f"),
    _noun("Kurtis", "kurti|short kurta", "kurti:f|tunique indienne courte:f"),
    _noun("Tunics", "tunic", "tunique:f"),
    _noun("Stockings|Tights", "tights|stockings|hosiery", "collants:mp|bas:mp"),
    _noun("Socks", "socks|pair of socks", "chaussettes:fp|paire de chaussettes:f"),
    _noun("Briefs", "briefs|underpants", "slip:m|culotte:f"),
    _noun("Trunk|Boxers", "trunks|boxer briefs|boxers", "boxer:m|caleçon:m"),
    _noun("Innerwear Vests", "tank top|undershirt|vest top", "débardeur:m|maillot de corps:m|marcel:m"),
    _noun("Bra", "bra", "soutien-gorge:m"),
    _noun(
        "Casual Shoes",
        "casual shoes|canvas shoes|plimsolls",
        "chaussures décontractées:fp|tennis:fp|chaussures en toile:fp",
    ),
    _noun("Casual Shoes|Sports Shoes", "sneakers|trainers", "baskets:fp|sneakers:fp"),
    _noun(
        "Sports Shoes",
        "sports shoes|running shoes|athletic shoes|sport sneakers",
        "chaussures de sport:fp|chaussures de course:fp|baskets de sport:fp|chaussures de running:fp",
    ),
    _noun(
        "Formal Shoes",
        "formal shoes|oxfords|derby shoes|leather lace-ups",
        "chaussures de ville:fp|derbies:mp|richelieus:mp",
    ),
    _noun("Flats", "flats|ballet flats|ballerinas", "ballerines:fp|chaussures plates:fp"),
    _noun("Heels", "heels|high heels|pumps|stilettos", "talons:mp|escarpins:mp|chaussures à talons:fp|talons hauts:mp"),
    _noun("Boots", "boots|ankle boots", "bottes:fp|bottines:fp"),
    _noun("Sandals|Sports Sandals", "sandals", "sandales:fp|nu-pieds:mp"),
    _noun("Flip Flops", "flip-flops|flip flops|thongs", "tongs:fp|claquettes:fp"),
    _noun("Handbags", "handbag|purse|shoulder bag", "sac à main:m|sac bandoulière:m"),
    _noun("Backpacks|Rucksacks", "backpack|rucksack", "sac à dos:m"),
    _noun("Clutches", "clutch|clutch bag|evening bag", "pochette:f|sac de soirée:m"),
    _noun("Laptop Bag", "laptop bag|laptop case", "sacoche d'ordinateur:f"),
    _noun("Duffel Bag", "duffel bag|gym bag|sports bag", "sac de sport:m|sac de voyage:m"),
    _noun("Messenger Bag", "messenger bag|satchel", "besace:f|sacoche:f"),
    _noun("Wallets", "wallet|billfold", "portefeuille:m|porte-monnaie:m"),
    _noun("Belts", "belt|leather belt", "ceinture:f"),
    _noun("Watches", "watch|wristwatch", "montre:f"),
    _noun("Sunglasses", "sunglasses|shades", "lunettes de soleil:fp"),
    _noun("Sunglasses|Glasses", "eyewear|glasses", "lunettes:fp"),
    _noun("Caps", "cap|baseball cap", "casquette:f"),
    _noun("Caps|Hat", "hat|headwear", "chapeau:m|couvre-chef:m"),
    _noun("Hat", "brimmed hat|fedora", "chapeau à bord:m"),
    _noun("Ties", "tie|necktie", "cravate:f"),
    _noun("Scarves|Mufflers|Stoles", "scarf", "écharpe:f|foulard:m"),
    _noun("Mufflers", "muffler|winter scarf", "cache-nez:m"),
    _noun("Stoles", "stole|shawl", "étole:f|châle:m"),
    _noun("Gloves", "gloves", "gants:mp"),
    _noun("Cufflinks", "cufflinks", "boutons de manchette:mp"),
    _noun("Perfume and Body Mist|Deodorant|Fragrance Gift Set", "perfume|fragrance", "parfum:m"),
    _noun("Umbrellas", "umbrella", "parapluie:m"),
    _noun("Necklace and Chains", "necklace", "collier:m"),
    _noun("Bracelet", "bracelet", "bracelet:m"),
    _noun("Tshirts", "polo shirt|polo", "polo:m", "polo"),
    _noun("Sweatshirts", "hoodie|hooded sweatshirt", "sweat à capuche:m|hoodie:m", "hooded"),
    _noun("Jackets", "puffer jacket|down jacket|padded jacket", "doudoune:f|veste matelassée:f", "puffer"),
    _noun("Jackets", "leather jacket|biker jacket", "veste en cuir:f|blouson en cuir:m|perfecto:m", "leather"),
    _noun("Jackets", "denim jacket|jean jacket", "veste en jean:f", "denim"),
    _noun("Coats", "trench coat|trench", "trench:m|trench-coat:m", "trench"),
    _noun("Skirts", "pleated skirt", "jupe plissée:f", "pleated"),
    _noun("Caps", "beanie|knit cap|woolly hat", "bonnet:m", "beanie"),
    _noun("Casual Shoes|Formal Shoes|Flats", "loafers|moccasins|slip-ons", "mocassins:mp", "loafer"),
    _noun("Handbags", "tote bag|tote|shopper", "cabas:m|tote bag:m", "tote"),
    _noun("Tops|Tshirts", "jersey top|casual top", "haut en jersey:m"),
    _noun("Leggings|Tights|Stockings", "legwear", "jambières:fp"),
    _noun(SHOES, "shoes|footwear|pair of shoes", "chaussures:fp|souliers:mp|paire de chaussures:f"),
    _noun(LONG_BOTTOMS, "pants|bottoms", "pantalon:m|bas de tenue:m"),
    _noun(TOPS, "upper garment|upper-body garment", "haut:m|vêtement du haut:m"),
    _noun(OUTER, "outerwear|outer layer|warm layer", "vêtement d'extérieur:m|surcouche:f"),
    _noun(BAGS, "bag", "sac:m"),
)

Forms = tuple[str, str, str, str]


@dataclass(frozen=True)
class Colour:
    """English names and French forms (masculine, feminine, both plurals); `near`: colours easily taken for it."""

    english: tuple[str, ...]
    french: tuple[Forms, ...]
    near: frozenset[str] = frozenset()


def _same(*words: str) -> tuple[Forms, ...]:
    return tuple((word, word, word, word) for word in words)


def _agree(masculine: str, feminine: str) -> Forms:
    plural = masculine if masculine.endswith(("s", "x")) else masculine + "s"
    return (masculine, feminine, plural, feminine + "s")


def _near(names: str) -> frozenset[str]:
    return frozenset(names.split("|"))


COLOURS: Mapping[str, Colour] = {
    "Black": Colour(("black", "jet black"), (_agree("noir", "noire"),), _near("Charcoal")),
    "White": Colour(("white",), (_agree("blanc", "blanche"),), _near("Off White|Cream|Silver")),
    "Off White": Colour(("off-white", "ecru"), _same("écru", "blanc cassé"), _near("White|Cream|Beige")),
    "Cream": Colour(("cream", "ivory"), _same("crème", "ivoire"), _near("White|Off White|Beige|Nude|Skin")),
    "Beige": Colour(
        ("beige", "sand"),
        (("beige", "beige", "beiges", "beiges"), *_same("sable")),
        _near("Cream|Off White|Tan|Khaki|Nude|Skin|Taupe|Brown"),
    ),
    "Nude": Colour(("nude",), _same("nude"), _near("Beige|Skin|Cream|Peach|Tan")),
    "Skin": Colour(("skin tone", "flesh-coloured"), _same("couleur chair"), _near("Beige|Nude|Cream|Peach|Tan")),
    "Taupe": Colour(("taupe",), _same("taupe"), _near("Beige|Brown|Grey")),
    "Khaki": Colour(("khaki",), _same("kaki"), _near("Beige|Olive|Green|Tan|Brown")),
    "Tan": Colour(("tan", "camel"), _same("camel", "fauve"), _near("Brown|Beige|Khaki|Copper|Nude|Skin")),
    "Brown": Colour(
        ("brown",),
        (*_same("marron"), _agree("brun", "brune")),
        _near("Coffee Brown|Tan|Copper|Bronze|Rust|Taupe|Beige|Khaki|Maroon"),
    ),
    "Coffee Brown": Colour(("coffee brown", "dark brown"), _same("café", "marron foncé"), _near("Brown|Maroon")),
    "Bronze": Colour(("bronze",), _same("bronze"), _near("Brown|Copper|Gold|Metallic")),
    "Copper": Colour(("copper",), _same("cuivre"), _near("Brown|Bronze|Tan|Gold|Rust|Metallic")),
    "Rust": Colour(("rust",), _same("rouille"), _near("Brown|Orange|Red|Copper|Maroon")),
    "Grey": Colour(("grey", "gray"), (_agree("gris", "grise"),), _near("Charcoal|Grey Melange|Silver|Steel|Taupe")),
    "Charcoal": Colour(
        ("charcoal", "dark grey"), _same("anthracite", "gris foncé"), _near("Grey|Black|Grey Melange|Steel")
    ),
    "Grey Melange": Colour(("grey melange", "heather grey"), _same("gris chiné"), _near("Grey|Charcoal|Silver")),
    "Silver": Colour(
        ("silver",), (_agree("argenté", "argentée"), *_same("argent")), _near("Steel|Grey|Metallic|White|Grey Melange")
    ),
    "Steel": Colour(("steel", "stainless steel"), _same("acier"), _near("Silver|Grey|Metallic|Charcoal")),
    "Metallic": Colour(
        ("metallic",), (_agree("métallisé", "métallisée"),), _near("Silver|Steel|Gold|Bronze|Copper|Grey")
    ),
    "Gold": Colour(
        ("gold", "golden"), (_agree("doré", "dorée"), *_same("or")), _near("Bronze|Copper|Yellow|Mustard|Metallic")
    ),
    "Blue": Colour(("blue",), (_agree("bleu", "bleue"),), _near("Navy Blue|Light Blue|Turquoise Blue|Teal")),
    "Light Blue": Colour(
        ("light blue", "sky blue", "pale blue"), _same("bleu clair", "bleu ciel"), _near("Blue|Turquoise Blue|Lavender")
    ),
    "Navy Blue": Colour(
        ("navy blue", "navy", "dark blue"), _same("bleu marine", "marine", "bleu foncé"), _near("Blue")
    ),
    "Turquoise Blue": Colour(("turquoise", "aqua"), _same("turquoise", "bleu turquoise"), _near("Blue|Teal|Sea Green")),
    "Teal": Colour(
        ("teal", "petrol blue"), _same("bleu canard", "bleu pétrole"), _near("Blue|Turquoise Blue|Green|Sea Green")
    ),
    "Green": Colour(("green",), (_agree("vert", "verte"),), _near("Olive|Sea Green|Fluorescent Green|Khaki|Teal")),
    "Olive": Colour(
        ("olive", "olive green", "khaki green"), _same("olive", "vert olive", "kaki"), _near("Green|Khaki")
    ),
    "Sea Green": Colour(
        ("sea green", "mint green"), _same("vert d'eau", "vert menthe"), _near("Green|Teal|Turquoise Blue")
    ),
    "Fluorescent Green": Colour(("fluorescent green", "neon green"), _same("vert fluo"), _near("Green|Yellow")),
    "Yellow": Colour(("yellow",), (("jaune", "jaune", "jaunes", "jaunes"),), _near("Mustard|Gold|Fluorescent Green")),
    "Mustard": Colour(("mustard",), _same("moutarde", "ocre"), _near("Yellow|Gold|Orange")),
    "Orange": Colour(("orange",), _same("orange"), _near("Rust|Peach|Mustard|Red")),
    "Peach": Colour(("peach", "coral"), _same("pêche", "corail"), _near("Pink|Orange|Nude|Skin")),
    "Pink": Colour(("pink",), (("rose", "rose", "roses", "roses"),), _near("Peach|Magenta|Mauve|Lavender")),
    "Magenta": Colour(
        ("magenta", "fuchsia", "hot pink"), _same("fuchsia", "magenta"), _near("Pink|Purple|Burgundy|Mauve")
    ),
    "Mauve": Colour(("mauve",), _same("mauve"), _near("Purple|Lavender|Pink|Magenta")),
    "Lavender": Colour(("lavender", "lilac"), _same("lavande", "lilas"), _near("Purple|Mauve|Pink")),
    "Purple": Colour(("purple", "violet"), (_agree("violet", "violette"),), _near("Lavender|Mauve|Magenta|Burgundy")),
    "Red": Colour(("red",), (("rouge", "rouge", "rouges", "rouges"),), _near("Maroon|Burgundy|Rust|Orange")),
    "Maroon": Colour(
        ("maroon", "dark red"), _same("rouge foncé", "grenat"), _near("Red|Burgundy|Brown|Rust|Coffee Brown")
    ),
    "Burgundy": Colour(("burgundy", "wine red"), _same("bordeaux", "lie de vin"), _near("Maroon|Red|Purple|Magenta")),
    "Multi": Colour(("multicoloured", "multicolor", "colourful"), (*_same("multicolore"), _agree("coloré", "colorée"))),
}

GENDERS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Men": (("men", "man", "him"), ("homme", "hommes")),
    "Women": (("women", "woman", "her", "ladies"), ("femme", "femmes")),
    "Boys": (("boys", "kids"), ("garçon", "enfant")),
    "Girls": (("girls", "kids"), ("fille", "enfant")),
}

USAGES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Casual": (("casual", "everyday"), ("décontracté", "de tous les jours")),
    "Sports": (("sports", "sporty", "workout"), ("de sport", "sportif")),
    "Formal": (("formal", "office", "dressy"), ("habillé", "pour le bureau")),
    "Ethnic": (("ethnic", "traditional"), ("ethnique", "traditionnel")),
}


@dataclass(frozen=True)
class Detail:
    """A visible detail that titles name: the pattern that finds it and its words."""

    pattern: re.Pattern[str]
    english: tuple[str, ...]
    french: tuple[str, ...]


def _detail(pattern: str, english: str, french: str) -> Detail:
    return Detail(re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), tuple(english.split("|")), tuple(french.split("|")))


DETAILS: Mapping[str, Detail] = {
    "striped": _detail(r"stripes?|striped", "striped|with stripes", "à rayures|rayé"),
    "checked": _detail(r"checks?|checked|plaid|tartan", "checked|plaid|checkered", "à carreaux|écossais"),
    "printed": _detail(r"printed|prints?|graphic", "printed|graphic|with a print", "imprimé|à motif|graphique"),
    "floral": _detail(r"floral|flowers?|flower print", "floral|flowery", "à fleurs|fleuri"),
    "dotted": _detail(r"polka dots?|dots?|dotted", "polka dot|dotted", "à pois"),
    "solid": _detail(r"solid|plain", "plain|solid colour", "uni"),
    "polo": _detail(r"polo(?: t-?shirt| neck)?(?! assn)", "polo|with polo collar", "polo|à col polo"),
    "v-neck": _detail(r"v[- ]?neck", "v-neck", "col v|à col en v"),
    "round neck": _detail(r"round neck|crew neck", "round neck|crew neck", "col rond"),
    "hooded": _detail(r"hooded|hoodie|hood", "hooded|with a hood", "à capuche"),
    "sleeveless": _detail(r"sleeveless", "sleeveless", "sans manches"),
    "long sleeves": _detail(r"full sleeves?|long sleeves?", "long-sleeved|long sleeve", "à manches longues"),
    "short sleeves": _detail(r"half sleeves?|short sleeves?", "short-sleeved|short sleeve", "à manches courtes"),
    "leather": _detail(r"leather", "leather", "en cuir"),
    "denim": _detail(r"denim", "denim", "en jean|en denim"),
    "slim": _detail(r"slim(?: fit)?|skinny", "slim fit|slim", "coupe slim|ajusté"),
    "puffer": _detail(r"puffer|padded|quilted", "puffer|quilted|padded", "matelassé|doudoune"),
    "pleated": _detail(r"pleated|pleats?", "pleated", "plissé"),
    "beanie": _detail(r"beanies?", "beanie|knitted beanie", "bonnet|façon bonnet"),
    "loafer": _detail(r"loafers?|moccasins?|slip[- ]ons?", "loafer|slip-on", "mocassin"),
    "high-top": _detail(r"high[- ]tops?|hi[- ]tops?|mid", "high-top", "montant"),
    "tote": _detail(r"totes?|shopper", "tote", "cabas"),
    "trench": _detail(r"trench", "trench", "trench"),
    "lace-up": _detail(r"lace[- ]?ups?", "lace-up", "à lacets"),
    "aviator": _detail(r"aviators?", "aviator", "aviateur"),
    "running": _detail(r"running|run", "running", "pour la course"),
    "football": _detail(r"football|fc|soccer", "football", "de football"),
    "chronograph": _detail(r"chronograph", "chronograph", "chronographe"),
}


@dataclass(frozen=True)
class Attributes:
    """What is known of one picture; None or empty where nothing is known.

    types: the article types that the garment may be of (one for a catalogue product, several for a coarse label).
    """

    types: frozenset[str]
    colour: str | None = None
    gender: str | None = None
    usage: str | None = None
    brand: str | None = None
    details: frozenset[str] = frozenset()
    season: str | None = None
    pattern: str | None = None


@dataclass(frozen=True)
class Caption:
    """A phrase and what it states: each field None or empty when the phrase leaves it open."""

    text: str
    types: frozenset[str] = frozenset()
    colour: str | None = None
    gender: str | None = None
    usage: str | None = None
    brand: str | None = None
    detail: str | None = None


_GENDER_WORDS = re.compile(r"\b(men'?s?|women'?s?|unisex|boys?'?|girls?'?|kids?'?|mens|womens)\b", re.IGNORECASE)


def brand_of(title: str) -> str | None:
    """Return the lower-cased words of a product title before its gender word; None when they are no brand."""
    found = _GENDER_WORDS.search(title)
    words = title[: found.start()].lower().split() if found else []
    named = " ".join(words)
    return named if 0 < len(words) <= 3 and not _names_colour(named) else None


def details_of(title: str) -> frozenset[str]:
    """Return the names of the details that a product title mentions."""
    return frozenset(name for name, detail in DETAILS.items() if detail.pattern.search(title))


PATTERN_OF_DETAIL: Mapping[str, str] = {
    "solid": "solid",
    "striped": "striped",
    "checked": "checked",
    "printed": "printed",
    "floral": "other",
    "dotted": "other",
}


def pattern_of(title: str) -> str | None:
    """Return the one pattern that a product title names: a value of PATTERN_OF_DETAIL; None for none or several."""
    named = {PATTERN_OF_DETAIL[detail] for detail in details_of(title) if detail in PATTERN_OF_DETAIL}
    return named.pop() if len(named) == 1 else None


def _names_colour(text: str) -> bool:
    words = set(text.split())
    return any(name in words for colour in COLOURS.values() for name in colour.english)


def nouns_for(types: frozenset[str], details: frozenset[str] = frozenset()) -> list[Noun]:
    """Return the nouns that are true of a garment of any of `types` that has `details`, narrowest first."""
    fitting = [noun for noun in NOUNS if types and types <= noun.types and (noun.detail or "") in details | {""}]
    return sorted(fitting, key=lambda noun: len(noun.types))


def is_described(attributes: Attributes, caption: Caption) -> bool | None:
    """Say whether `caption` is true of a picture with `attributes`; None when they do not tell."""
    answers = (
        _type_fits(attributes.types, caption.types),
        _colour_fits(attributes.colour, caption.colour),
        _equal_or_open(attributes.gender, caption.gender),
        _equal_or_open(attributes.usage, caption.usage),
        None if caption.brand is not None and attributes.brand != caption.brand else True,
        None if caption.detail is not None and caption.detail not in attributes.details else True,
    )
    if False in answers:
        return False
    return None if None in answers else True


def _type_fits(possible: frozenset[str], stated: frozenset[str]) -> bool | None:
    if not stated or (possible and possible <= stated):
        return True
    return None if not possible or possible & stated else False


def _colour_fits(known: str | None, stated: str | None) -> bool | None:
    if stated is None or known == stated:
        return True
    if known is None or "Multi" in (known, stated) or known in COLOURS[stated].near:
        return None
    return False


def _equal_or_open(known: str | None, stated: str | None) -> bool | None:
    if stated is None or known == stated:
        return True
    return None if known is None or known == "Unisex" else False


def write_caption(attributes: Attributes, *, language: Language, rng: random.Random) -> Caption:
    """Return a random caption that is true of `attributes` and leaves some of them out.

    Raises ValueError when neither a noun nor a colour can be said of them.
    """
    nouns = nouns_for(attributes.types, attributes.details)
    colour = attributes.colour if attributes.colour in COLOURS and rng.random() < 0.75 else None
    colour_alone = colour is not None and rng.random() < 0.08
    noun = None if colour_alone or not nouns else _pick_noun(nouns, rng)
    if noun is None and colour is None:
        raise ValueError("These attributes give nothing to say: no known type and no known colour.")
    detail = rng.choice(sorted(attributes.details)) if attributes.details else None
    stated = Caption(
        text="",
        types=noun.types if noun else frozenset(),
        colour=colour,
        gender=_sometimes(attributes.gender if attributes.gender in GENDERS else None, 0.35, rng, noun),
        usage=_sometimes(attributes.usage if attributes.usage in USAGES else None, 0.12, rng, noun),
        brand=_sometimes(attributes.brand, 0.18, rng, noun),
        detail=noun.detail if noun and noun.detail else _sometimes(detail, 0.4, rng, noun),
    )
    words = _english_words(noun, stated, rng) if language == "en" else _french_words(noun, stated, rng)
    return Caption(words, stated.types, stated.colour, stated.gender, stated.usage, stated.brand, stated.detail)


def _pick_noun(nouns: Sequence[Noun], rng: random.Random) -> Noun:
    """Choose a noun, the more often the narrower it is."""
    return rng.choices(nouns, weights=[(2 if noun.detail else 1) / len(noun.types) for noun in nouns])[0]


def _sometimes(value: str | None, share: float, rng: random.Random, noun: Noun | None) -> str | None:
    return value if noun is not None and value is not None and rng.random() < share else None


def _english_words(noun: Noun | None, stated: Caption, rng: random.Random) -> str:
    colour = rng.choice(COLOURS[stated.colour].english) if stated.colour else ""
    if noun is None:
        return rng.choice(("{}", "in {}", "something {}", "{} colour", "this in {}", "{} clothes")).format(colour)
    name = rng.choice(noun.english)
    detail = rng.choice(DETAILS[stated.detail].english) if stated.detail and not noun.detail else ""
    usage = rng.choice(USAGES[stated.usage][0]) if stated.usage else ""
    before, after = (detail, "") if not detail.startswith("with") else ("", detail)
    if colour and rng.random() < 0.2:
        colour, after = "", f"{after} in {colour}"
    gender_first, gender_last = _english_gender(stated.gender, rng)
    words = (gender_first, usage, stated.brand or "", colour, before, name, after, gender_last)
    phrase = " ".join(" ".join(words).split())
    return rng.choice(("{}", "{}", "{}", "{}", "a photo of {}", "a {}", "looking for {}", "the {}")).format(phrase)


def _english_gender(gender: str | None, rng: random.Random) -> tuple[str, str]:
    if gender is None:
        return "", ""
    word = rng.choice(GENDERS[gender][0])
    if word in ("him", "her") or rng.random() < 0.5:
        return "", f"for {word}"
    possessive = {"men": "men's", "women": "women's"}.get(word, word)
    return possessive, ""


def _french_words(noun: Noun | None, stated: Caption, rng: random.Random) -> str:
    forms = rng.choice(COLOURS[stated.colour].french) if stated.colour else None
    if noun is None:
        colour = forms[0] if forms else ""
        return rng.choice(("{}", "en {}", "quelque chose de {}", "couleur {}", "le même en {}")).format(colour)
    name = rng.choice(noun.french)
    colour = forms[name.feminine + 2 * name.plural] if forms else ""
    if colour and rng.random() < 0.12:
        colour = f"de couleur {forms[0]}" if forms else ""
    detail = rng.choice(DETAILS[stated.detail].french) if stated.detail and not noun.detail else ""
    usage = rng.choice(USAGES[stated.usage][1]) if stated.usage else ""
    middle = [colour, detail, usage]
    if rng.random() < 0.25:
        middle = [detail, usage, colour]
    gender = rng.choice(("pour {}", "{}")).format(rng.choice(GENDERS[stated.gender][1])) if stated.gender else ""
    words = (name.word, *middle, stated.brand or "", gender)
    phrase = " ".join(" ".join(words).split())
    article = "des" if name.plural else "une" if name.feminine else "un"
    return rng.choice(("{}", "{}", "{}", "{}", "photo de {}", "je cherche {}", f"{article} {{}}")).format(phrase)


def vocabulary() -> list[str]:
    """Return every word and phrase that captions are made of, both languages; the tokenizer must know them."""
    phrases = [word for noun in NOUNS for word in noun.english]
    phrases += [noun.word for group in NOUNS for noun in group.french]
    phrases += [word for colour in COLOURS.values() for word in colour.english]
    phrases += [word for colour in COLOURS.values() for forms in colour.french for word in forms]
    for table in (GENDERS, USAGES):
        phrases += [word for english, french in table.values() for word in (*english, *french)]
    phrases += [word for detail in DETAILS.values() for word in (*detail.english, *detail.french)]
    return phrases
