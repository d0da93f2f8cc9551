"""What the demo shop sells: for each type of garment its cuts, materials, colours, patterns, prices and sizes."""

from dataclasses import dataclass, field

Pair = tuple[str, str]
"""The same words in French and in English."""

LETTERS = ("XS", "S", "M", "L", "XL")
WOMEN_NUMBERS = ("34", "36", "38", "40", "42", "44")
MEN_NUMBERS = ("38", "40", "42", "44", "46", "48")
WOMEN_SHOES = ("36", "37", "38", "39", "40", "41")
MEN_SHOES = ("40", "41", "42", "43", "44", "45")
ALL_SHOES = ("37", "38", "39", "40", "41", "42", "43", "44")
ONE_SIZE: tuple[str, ...] = ()
BELTS = ("75", "85", "95", "105")
CHILDREN = ("104", "116", "128", "140", "152")
CHILDREN_SHOES = ("28", "30", "32", "34", "36")


@dataclass(frozen=True)
class Cut:
    """One cut of a type: its name for the title (agreed in French), a sentence about it, and how it is drawn."""

    name: Pair
    sentence: Pair
    drawn: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One line of the shop: `count` products of a type for one gender."""

    type: str
    category: str
    gender: str
    count: int
    price_euros: tuple[int, int]
    sizes: tuple[str, ...]
    colours: tuple[str, ...]
    patterns: tuple[str, ...]
    materials: tuple[Pair, ...]
    cuts: tuple[Cut, ...]


LEATHERS = ("black", "brown", "beige", "burgundy", "navy", "green", "red")
KNITS = ("beige", "grey", "navy", "burgundy", "green", "pink", "white", "orange", "brown", "light blue")
DENIMS = ("blue", "navy", "light blue", "black", "grey", "white")

JERSEY = (
    (
        "Jersey de coton biologique de 180 g/m², doux dès le premier port.",
        "180 gsm organic cotton jersey, soft from the first wear.",
    ),
    (
        "Coton peigné et une pointe d'élasthanne pour le maintien.",
        "Combed cotton with a touch of elastane to keep its shape.",
    ),
)
FLEECE = (
    ("Molleton de coton gratté, 320 g/m².", "Brushed cotton fleece, 320 gsm."),
    (
        "Coton biologique et polyester recyclé, intérieur bouclette.",
        "Organic cotton and recycled polyester, looped inside.",
    ),
)
WOOL = (
    ("Laine mérinos extra-fine, non grattante.", "Extra-fine merino wool that does not itch."),
    ("Maille de laine et d'alpaga, légère et chaude.", "Wool and alpaca knit, light and warm."),
    ("Coton et cachemire, à laver à la main.", "Cotton and cashmere; wash by hand."),
)
POPLIN = (
    ("Popeline de coton au toucher net.", "Crisp cotton poplin."),
    ("Lin lavé qui s'assouplit avec le temps.", "Washed linen that softens with time."),
    ("Oxford de coton, repassage facile.", "Cotton oxford, easy to iron."),
)
FLUID = (
    ("Viscose fluide au tombé souple.", "Fluid viscose with a supple drape."),
    ("Crêpe léger qui ne se froisse pas.", "Light crêpe that does not crease."),
    ("Satin de viscose au reflet discret.", "Viscose satin with a quiet sheen."),
)
DENIM = (
    (
        "Denim de coton de 12 oz, délavage à l'ozone économe en eau.",
        "12 oz cotton denim, washed with ozone to save water.",
    ),
    ("Denim souple avec 2 % d'élasthanne.", "Supple denim with 2% elastane."),
)
TWILL = (
    ("Sergé de coton à la main douce.", "Cotton twill with a soft hand."),
    ("Laine froide, entièrement doublée.", "Cool wool, fully lined."),
)
LEATHER = (
    ("Cuir de vachette pleine fleur, tannage végétal.", "Full-grain cowhide, vegetable tanned."),
    ("Cuir lisse cousu main, qui se patine joliment.", "Smooth hand-stitched leather that ages well."),
)
FELTED = (
    ("Drap de laine recyclée, doublure satinée.", "Recycled wool cloth with a satin lining."),
    ("Laine bouillie dense, qui coupe le vent.", "Dense boiled wool that keeps the wind out."),
)

SHORT_TEE = (
    Cut(
        ("", ""),
        ("Col rond bord-côte et manches courtes, coupe droite.", "Ribbed crew neck, short sleeves, straight cut."),
        {"sleeves": "short"},
    ),
    Cut(
        ("ajusté à col V", "slim V-neck"),
        (
            "Col V et coupe près du corps, à porter seul ou sous un gilet.",
            "A V-neck close to the body, alone or under a cardigan.",
        ),
        {"sleeves": "short", "neckline": "v", "fit": "slim"},
    ),
    Cut(
        ("ample", "oversized"),
        ("Épaules tombantes et volume généreux.", "Dropped shoulders and plenty of room."),
        {"sleeves": "short", "fit": "relaxed"},
    ),
)
LONG_TEE = (
    Cut(
        ("à manches longues", "long-sleeved"),
        (
            "Manches longues et col rond, l'essentiel des mi-saisons.",
            "Long sleeves and a crew neck, the mid-season essential.",
        ),
    ),
    Cut(
        ("à encolure bateau", "boat-neck"),
        ("Encolure bateau qui dégage les épaules.", "A boat neck that frees the shoulders."),
        {"neckline": "boat"},
    ),
    Cut(
        ("à encolure carrée", "square-neck"),
        ("Encolure carrée et coupe ajustée.", "Square neck and a close fit."),
        {"neckline": "square", "fit": "slim"},
    ),
)
SHIRTS = (
    Cut(
        ("droite", "straight"),
        ("Col pointe, poignets boutonnés et bas arrondi.", "Pointed collar, buttoned cuffs and a curved hem."),
    ),
    Cut(
        ("ajustée", "slim"),
        ("Coupe cintrée, à rentrer dans le pantalon.", "A slim cut made to be tucked in."),
        {"fit": "slim"},
    ),
    Cut(
        ("à manches courtes", "short-sleeved"),
        ("Manches courtes et coupe ample pour l'été.", "Short sleeves and an easy cut for summer."),
        {"sleeves": "short", "fit": "relaxed"},
    ),
)
BLOUSES = (
    Cut(
        ("à col V", "V-neck"),
        ("Col V boutonné et manches légèrement bouffantes.", "Buttoned V-neck and slightly full sleeves."),
        {"neckline": "v", "fit": "relaxed"},
    ),
    Cut(
        ("à col chemise", "collared"),
        ("Petit col et poignets boutonnés, volume souple.", "A small collar, buttoned cuffs, soft volume."),
    ),
)
SWEATERS = (
    Cut(
        ("à col rond", "crew-neck"),
        (
            "Col rond, finitions côtelées, le pull de tous les jours.",
            "Crew neck and ribbed trims, an everyday sweater.",
        ),
    ),
    Cut(
        ("à col roulé", "roll-neck"),
        ("Col roulé enveloppant et manches longues.", "A cosy roll neck and long sleeves."),
        {"neckline": "turtleneck", "fit": "slim"},
    ),
    Cut(
        ("à col V", "V-neck"), ("Col V à glisser sur une chemise.", "A V-neck to slip over a shirt."), {"neckline": "v"}
    ),
    Cut(
        ("oversize", "oversized"),
        ("Maille épaisse et volume généreux.", "Chunky knit, generous volume."),
        {"fit": "relaxed"},
    ),
)
SWEATS = (
    Cut(("", ""), ("Col rond et bords côtelés, coupe décontractée.", "Crew neck and ribbed edges, relaxed cut.")),
    Cut(
        ("ample", "loose"),
        ("Volume ample et épaules tombantes.", "Loose volume with dropped shoulders."),
        {"fit": "relaxed"},
    ),
)
HOODIES = (
    Cut(("", ""), ("Capuche doublée, cordons et poche kangourou.", "Lined hood, drawstrings and kangaroo pocket.")),
    Cut(
        ("ample", "oversized"),
        ("Coupe ample, capuche profonde et poche kangourou.", "Oversized cut, deep hood and kangaroo pocket."),
        {"fit": "relaxed"},
    ),
)
CARDIGANS = (
    Cut(
        ("court", "cropped"),
        ("Col V, boutons ronds et longueur à la taille.", "V-neck, round buttons, ends at the waist."),
        {"length": "short", "fit": "slim"},
    ),
    Cut(("à col V", "V-neck"), ("Col V boutonné et bords côtelés.", "Buttoned V-neck with ribbed edges.")),
    Cut(
        ("long", "long"),
        ("Longueur mi-cuisse, comme un manteau d'intérieur.", "Mid-thigh length, like a coat for indoors."),
        {"length": "long"},
    ),
)
BLAZERS = (
    Cut(
        ("droit", "straight"),
        ("Revers crantés, deux boutons et poches à rabat.", "Notched lapels, two buttons and flap pockets."),
    ),
    Cut(
        ("cintré", "fitted"), ("Taille marquée et épaules nettes.", "Marked waist and neat shoulders."), {"fit": "slim"}
    ),
    Cut(
        ("oversize", "oversized"),
        ("Coupe empruntée au vestiaire masculin.", "A cut borrowed from menswear."),
        {"fit": "relaxed", "length": "long"},
    ),
)
COATS = (
    Cut(
        ("mi-long", "mid-length"),
        ("Coupe droite, grand col tailleur et poches à rabat.", "Straight cut, wide lapels and flap pockets."),
    ),
    Cut(
        ("long", "long"),
        ("Longueur mollet, à porter ouvert ou fermé.", "Calf length, to wear open or closed."),
        {"length": "long"},
    ),
    Cut(
        ("court", "short"), ("Un caban court et bien structuré.", "A short, well-structured coat."), {"length": "short"}
    ),
)
JEANS = (
    Cut(
        ("droit", "straight"),
        ("Taille moyenne et jambe droite, cinq poches.", "Mid rise and straight leg, five pockets."),
    ),
    Cut(
        ("skinny", "skinny"),
        ("Taille haute et jambe très ajustée.", "High rise and a very slim leg."),
        {"leg": "skinny", "rise": "high"},
    ),
    Cut(
        ("large", "wide-leg"),
        ("Taille haute et jambe large qui frôle le sol.", "High rise and a wide leg that grazes the floor."),
        {"leg": "wide", "rise": "high"},
    ),
    Cut(
        ("évasé", "flared"),
        ("Ajusté jusqu'au genou, puis évasé.", "Close to the knee, then flared."),
        {"leg": "flared", "rise": "high"},
    ),
)
MEN_JEANS = (
    Cut(("droit", "straight"), ("Coupe droite classique, cinq poches.", "Classic straight cut, five pockets.")),
    Cut(
        ("fuselé", "tapered"),
        ("Aisé à la cuisse, resserré à la cheville.", "Roomy at the thigh, narrow at the ankle."),
        {"leg": "tapered"},
    ),
)
TROUSERS = (
    Cut(
        ("droit", "straight"),
        ("Taille haute et jambe droite au pli discret.", "High rise and a straight leg with a quiet crease."),
        {"rise": "high"},
    ),
    Cut(
        ("large", "wide-leg"),
        ("Jambe large et tombé fluide.", "Wide leg, fluid drape."),
        {"leg": "wide", "rise": "high"},
    ),
    Cut(
        ("fuselé", "tapered"),
        ("Coupe carotte qui s'arrête à la cheville.", "Tapered cut that ends at the ankle."),
        {"leg": "tapered", "length": "short", "rise": "high"},
    ),
)
MEN_TROUSERS = (
    Cut(("droit", "straight"), ("Coupe droite, poches italiennes.", "Straight cut with slanted pockets.")),
    Cut(
        ("chino ajusté", "slim chino"),
        ("Chino ajusté, à porter avec ou sans revers.", "A slim chino, with or without turn-ups."),
        {"leg": "tapered"},
    ),
)
SKIRTS = (
    Cut(
        ("courte", "mini"),
        ("Courte et évasée, taille haute.", "Short and flared, high waist."),
        {"length": "short", "rise": "high"},
    ),
    Cut(
        ("midi", "midi"),
        ("Longueur midi et taille élastiquée au dos.", "Midi length, elasticated at the back."),
        {"rise": "high"},
    ),
    Cut(
        ("longue", "maxi"),
        ("Longue et ample, elle danse à chaque pas.", "Long and full, it moves with each step."),
        {"length": "long", "fit": "relaxed", "rise": "high"},
    ),
)
DRESSES = (
    Cut(
        ("courte sans manches", "sleeveless mini"),
        ("Sans manches, col rond et jupe patineuse.", "Sleeveless, with a round neck and a skater skirt."),
        {"length": "short", "sleeves": "none"},
    ),
    Cut(
        ("midi à col V", "V-neck midi"),
        ("Col V, manches courtes et taille marquée.", "V-neck, short sleeves and a marked waist."),
        {"neckline": "v", "sleeves": "short"},
    ),
    Cut(
        ("longue", "maxi"),
        ("Longue et fluide, manches courtes.", "Long and fluid, with short sleeves."),
        {"length": "long", "sleeves": "short", "fit": "relaxed"},
    ),
    Cut(
        ("midi à manches longues", "long-sleeved midi"),
        ("Manches longues et jupe en corolle.", "Long sleeves and a full skirt."),
        {"sleeves": "long"},
    ),
    Cut(
        ("à encolure carrée", "square-neck"),
        ("Encolure carrée et manches au coude.", "Square neck and elbow sleeves."),
        {"neckline": "square", "sleeves": "elbow"},
    ),
)
MIDI_OR_LONG = (
    Cut(("midi", "midi"), ("Longueur midi, facile du matin au soir.", "Midi length, easy from morning to night.")),
    Cut(
        ("longue", "maxi"),
        ("Une version longue, pour les grandes occasions.", "A long version for big occasions."),
        {"length": "long"},
    ),
    Cut(
        ("courte", "mini"),
        ("Courte, à porter avec des sandales plates.", "A short version to wear with flat sandals."),
        {"length": "short"},
    ),
)
JUMPSUITS = (
    Cut(
        ("large à manches courtes", "short-sleeved wide-leg"),
        ("Manches courtes, jambe large et ceinture à nouer.", "Short sleeves, wide leg and a tie belt."),
        {"sleeves": "short", "neckline": "v", "leg": "wide"},
    ),
    Cut(
        ("droite sans manches", "sleeveless"),
        ("Sans manches, jambe droite et taille nouée.", "Sleeveless, straight leg and a tied waist."),
        {"sleeves": "none", "leg": "straight"},
    ),
)
SHORTS = (
    Cut(("", ""), ("Longueur mi-cuisse et poches italiennes.", "Mid-thigh length with slanted pockets.")),
    Cut(
        ("bermuda", "Bermuda"),
        ("Un bermuda qui s'arrête au genou.", "A Bermuda that ends at the knee."),
        {"length": "long"},
    ),
)


def _one(fr: str, en: str, **drawn: str) -> tuple[Cut, ...]:
    return (Cut(("", ""), (fr, en), drawn),)


LINES: tuple[Line, ...] = (
    Line(
        "t-shirt",
        "t-shirt",
        "women",
        8,
        (15, 29),
        LETTERS,
        ("white", "navy", "pink", "yellow", "black", "light blue", "red"),
        ("solid", "striped", "graphic"),
        JERSEY,
        SHORT_TEE,
    ),
    Line(
        "t-shirt",
        "t-shirt",
        "men",
        7,
        (15, 29),
        LETTERS,
        ("white", "black", "navy", "khaki", "grey", "orange", "burgundy"),
        ("solid", "graphic", "striped"),
        JERSEY,
        SHORT_TEE,
    ),
    Line(
        "t-shirt",
        "t-shirt",
        "girls",
        3,
        (10, 16),
        CHILDREN,
        ("pink", "yellow", "white"),
        ("graphic", "striped", "dotted"),
        JERSEY,
        SHORT_TEE[:1],
    ),
    Line(
        "t-shirt",
        "t-shirt",
        "boys",
        3,
        (10, 16),
        CHILDREN,
        ("blue", "green", "red"),
        ("graphic", "striped", "solid"),
        JERSEY,
        SHORT_TEE[:1],
    ),
    Line(
        "tank top",
        "tank-top",
        "women",
        5,
        (12, 22),
        LETTERS,
        ("white", "black", "beige", "red", "green"),
        ("solid", "striped"),
        JERSEY,
        _one("Bretelles larges et encolure dégagée.", "Wide straps and a scooped neck.", neckline="scoop", fit="slim"),
    ),
    Line(
        "long-sleeved top",
        "top",
        "women",
        7,
        (22, 39),
        LETTERS,
        ("navy", "white", "black", "burgundy", "green", "purple"),
        ("striped", "solid", "dotted"),
        JERSEY,
        LONG_TEE,
    ),
    Line(
        "polo",
        "polo-shirt",
        "men",
        5,
        (32, 55),
        LETTERS,
        ("navy", "white", "green", "burgundy", "light blue", "yellow"),
        ("solid", "solid", "striped"),
        (("Piqué de coton respirant.", "Breathable cotton piqué."),),
        _one(
            "Col côtelé, patte à deux boutons et coupe droite.",
            "Ribbed collar, two-button placket and straight cut.",
            sleeves="short",
        ),
    ),
    Line(
        "shirt",
        "shirt",
        "men",
        8,
        (39, 75),
        LETTERS,
        ("light blue", "white", "navy", "khaki", "pink", "red"),
        ("solid", "vertical", "checked", "gingham"),
        POPLIN,
        SHIRTS,
    ),
    Line(
        "shirt",
        "shirt",
        "women",
        6,
        (39, 69),
        WOMEN_NUMBERS,
        ("white", "light blue", "pink", "green"),
        ("solid", "vertical", "gingham"),
        POPLIN,
        SHIRTS[:2],
    ),
    Line(
        "blouse",
        "blouse",
        "women",
        7,
        (39, 65),
        WOMEN_NUMBERS,
        ("pink", "white", "green", "navy", "burgundy", "orange"),
        ("floral", "solid", "dotted", "leafy"),
        FLUID,
        BLOUSES,
    ),
    Line("sweater", "sweater", "women", 8, (49, 119), LETTERS, KNITS, ("solid", "solid", "striped"), WOOL, SWEATERS),
    Line(
        "sweater",
        "sweater",
        "men",
        6,
        (55, 119),
        LETTERS,
        ("navy", "grey", "green", "burgundy", "beige", "brown"),
        ("solid", "solid", "striped"),
        WOOL,
        SWEATERS,
    ),
    Line(
        "sweatshirt",
        "sweatshirt",
        "unisex",
        6,
        (39, 65),
        LETTERS,
        ("grey", "navy", "green", "pink", "black", "beige", "purple"),
        ("solid", "graphic"),
        FLEECE,
        SWEATS,
    ),
    Line(
        "hoodie",
        "hoodie",
        "unisex",
        5,
        (45, 75),
        LETTERS,
        ("grey", "black", "khaki", "light blue", "burgundy", "orange"),
        ("solid",),
        FLEECE,
        HOODIES,
    ),
    Line("hoodie", "hoodie", "boys", 2, (25, 35), CHILDREN, ("green", "navy"), ("solid",), FLEECE, HOODIES[:1]),
    Line(
        "cardigan",
        "cardigan",
        "women",
        6,
        (49, 99),
        LETTERS,
        ("beige", "pink", "green", "grey", "navy", "orange"),
        ("solid",),
        WOOL,
        CARDIGANS,
    ),
    Line(
        "jacket",
        "jacket",
        "men",
        5,
        (79, 139),
        LETTERS,
        ("khaki", "navy", "black", "burgundy", "beige"),
        ("solid",),
        (("Nylon recyclé déperlant, doublure matelassée.", "Water-repellent recycled nylon with a quilted lining."),),
        _one("Col et bords côtelés, fermeture zippée.", "Ribbed collar and edges, zip front."),
    ),
    Line(
        "denim jacket",
        "jacket",
        "unisex",
        3,
        (69, 109),
        LETTERS,
        ("blue", "light blue", "navy", "black"),
        ("solid",),
        DENIM,
        _one("Poches poitrine à rabat et boutons métal.", "Flap chest pockets and metal buttons."),
    ),
    Line(
        "leather jacket",
        "jacket",
        "women",
        3,
        (199, 329),
        LETTERS,
        ("black", "brown", "burgundy"),
        ("solid",),
        (("Cuir d'agneau souple, doublure en coton.", "Supple lambskin with a cotton lining."),),
        _one(
            "Zip décentré, revers larges et poches zippées.",
            "Off-centre zip, wide lapels and zipped pockets.",
            fit="slim",
        ),
    ),
    Line(
        "puffer jacket",
        "jacket",
        "women",
        4,
        (99, 189),
        LETTERS,
        ("black", "pink", "green", "beige"),
        ("solid",),
        (("Garnissage en fibres recyclées, chaud et léger.", "Recycled-fibre filling, warm and light."),),
        (
            Cut(
                ("courte", "short"),
                ("Col montant et surpiqûres horizontales.", "High collar and horizontal quilting."),
                {"length": "short"},
            ),
            Cut(
                ("longue", "long"),
                ("Longueur mi-cuisse et col montant.", "Mid-thigh length and a high collar."),
                {"length": "long"},
            ),
        ),
    ),
    Line(
        "puffer jacket",
        "jacket",
        "men",
        3,
        (99, 189),
        LETTERS,
        ("navy", "orange", "khaki", "red"),
        ("solid",),
        (("Garnissage en fibres recyclées, chaud et léger.", "Recycled-fibre filling, warm and light."),),
        _one(
            "Col montant, zip deux voies et surpiqûres horizontales.",
            "High collar, two-way zip and horizontal quilting.",
        ),
    ),
    Line(
        "blazer",
        "blazer",
        "women",
        6,
        (89, 159),
        WOMEN_NUMBERS,
        ("black", "navy", "beige", "pink", "green"),
        ("solid", "solid", "checked", "pinstriped"),
        TWILL,
        BLAZERS,
    ),
    Line(
        "blazer",
        "blazer",
        "men",
        4,
        (119, 199),
        MEN_NUMBERS,
        ("navy", "grey", "brown", "black"),
        ("solid", "checked"),
        TWILL,
        BLAZERS[:1],
    ),
    Line(
        "coat",
        "coat",
        "women",
        7,
        (129, 259),
        WOMEN_NUMBERS,
        ("brown", "black", "pink", "grey", "green", "navy", "red"),
        ("solid", "solid", "checked"),
        FELTED,
        COATS,
    ),
    Line(
        "coat", "coat", "men", 4, (149, 279), LETTERS, ("navy", "grey", "brown", "black"), ("solid",), FELTED, COATS[:2]
    ),
    Line(
        "trench coat",
        "coat",
        "women",
        3,
        (129, 219),
        WOMEN_NUMBERS,
        ("beige", "khaki", "navy"),
        ("solid",),
        (("Gabardine de coton déperlante.", "Water-repellent cotton gabardine."),),
        _one("Double boutonnage et ceinture à nouer.", "Double-breasted with a tie belt."),
    ),
    Line("jeans", "jeans", "women", 8, (49, 89), WOMEN_NUMBERS, DENIMS, ("solid",), DENIM, JEANS),
    Line(
        "jeans",
        "jeans",
        "men",
        6,
        (55, 95),
        MEN_NUMBERS,
        ("blue", "navy", "light blue", "black"),
        ("solid",),
        DENIM,
        MEN_JEANS,
    ),
    Line("jeans", "jeans", "girls", 2, (25, 35), CHILDREN, ("light blue", "blue"), ("solid",), DENIM, JEANS[:1]),
    Line(
        "trousers",
        "trousers",
        "women",
        7,
        (45, 89),
        WOMEN_NUMBERS,
        ("black", "beige", "navy", "green", "pink", "white"),
        ("solid", "solid", "checked", "pinstriped"),
        TWILL,
        TROUSERS,
    ),
    Line(
        "trousers",
        "trousers",
        "men",
        6,
        (49, 89),
        MEN_NUMBERS,
        ("beige", "navy", "khaki", "grey", "brown"),
        ("solid",),
        TWILL,
        MEN_TROUSERS,
    ),
    Line(
        "joggers",
        "joggers",
        "unisex",
        4,
        (35, 55),
        LETTERS,
        ("grey", "black", "navy", "khaki"),
        ("solid",),
        FLEECE,
        _one("Taille élastiquée à cordon et chevilles côtelées.", "Drawstring waist and ribbed ankles."),
    ),
    Line(
        "leggings",
        "leggings",
        "women",
        4,
        (19, 39),
        LETTERS,
        ("black", "navy", "burgundy", "green"),
        ("solid",),
        (("Maille technique opaque à séchage rapide.", "Opaque technical knit that dries fast."),),
        _one("Taille haute gainante, sans couture latérale.", "Supportive high waist, no side seams."),
    ),
    Line(
        "shorts",
        "shorts",
        "men",
        5,
        (29, 49),
        MEN_NUMBERS,
        ("khaki", "navy", "beige", "light blue"),
        ("solid", "solid", "leafy"),
        TWILL[:1],
        SHORTS,
    ),
    Line(
        "shorts",
        "shorts",
        "women",
        3,
        (29, 45),
        WOMEN_NUMBERS,
        ("white", "pink", "yellow"),
        ("solid", "floral"),
        FLUID,
        SHORTS[:1],
    ),
    Line(
        "denim shorts",
        "shorts",
        "women",
        3,
        (29, 45),
        WOMEN_NUMBERS,
        ("blue", "light blue", "black"),
        ("solid",),
        DENIM,
        _one("Taille haute et ourlet cousu.", "High rise and a stitched hem.", rise="high", length="short"),
    ),
    Line(
        "skirt",
        "skirt",
        "women",
        8,
        (35, 69),
        WOMEN_NUMBERS,
        ("green", "red", "black", "yellow", "navy", "white", "orange"),
        ("floral", "solid", "dotted", "leafy"),
        FLUID,
        SKIRTS,
    ),
    Line(
        "pleated skirt",
        "skirt",
        "women",
        4,
        (45, 75),
        WOMEN_NUMBERS,
        ("pink", "navy", "green", "beige"),
        ("solid",),
        FLUID[1:],
        _one("Plis réguliers et taille élastiquée.", "Even pleats and an elasticated waist.", rise="high"),
    ),
    Line(
        "pencil skirt",
        "skirt",
        "women",
        3,
        (39, 65),
        WOMEN_NUMBERS,
        ("black", "grey", "burgundy"),
        ("solid", "checked"),
        TWILL,
        _one(
            "Droite, fendue au dos, longueur au-dessous du genou.",
            "Straight, slit at the back, below the knee.",
            rise="high",
        ),
    ),
    Line(
        "denim skirt",
        "skirt",
        "women",
        3,
        (35, 59),
        WOMEN_NUMBERS,
        ("blue", "light blue", "black"),
        ("solid",),
        DENIM,
        _one(
            "Boutonnée sur le devant, longueur au-dessus du genou.",
            "Buttoned down the front, above the knee.",
            length="short",
        ),
    ),
    Line(
        "dress",
        "dress",
        "women",
        14,
        (49, 119),
        WOMEN_NUMBERS,
        ("red", "navy", "green", "black", "yellow", "pink", "white", "orange", "light blue"),
        ("floral", "solid", "dotted", "leafy", "gingham", "solid"),
        FLUID,
        DRESSES,
    ),
    Line(
        "shirt dress",
        "dress",
        "women",
        5,
        (59, 99),
        WOMEN_NUMBERS,
        ("light blue", "khaki", "white", "red", "navy"),
        ("vertical", "solid", "checked"),
        POPLIN,
        MIDI_OR_LONG[::2],
    ),
    Line(
        "slip dress",
        "dress",
        "women",
        4,
        (59, 109),
        WOMEN_NUMBERS,
        ("green", "black", "burgundy", "beige"),
        ("solid", "floral"),
        FLUID[2:],
        MIDI_OR_LONG[:2],
    ),
    Line(
        "knitted dress",
        "dress",
        "women",
        3,
        (69, 119),
        LETTERS,
        ("beige", "grey", "burgundy"),
        ("solid",),
        WOOL,
        MIDI_OR_LONG[:1],
    ),
    Line(
        "dress",
        "dress",
        "girls",
        3,
        (25, 39),
        CHILDREN,
        ("yellow", "pink", "light blue"),
        ("floral", "dotted", "gingham"),
        POPLIN[:1],
        DRESSES[:1],
    ),
    Line(
        "jumpsuit",
        "jumpsuit",
        "women",
        5,
        (69, 119),
        WOMEN_NUMBERS,
        ("khaki", "black", "navy", "red", "green"),
        ("solid", "solid", "floral"),
        FLUID,
        JUMPSUITS,
    ),
    Line(
        "sneakers",
        "sneakers",
        "unisex",
        6,
        (69, 129),
        ALL_SHOES,
        ("white", "navy", "black", "green", "beige", "pink"),
        ("solid",),
        (("Cuir et suède, semelle en caoutchouc naturel.", "Leather and suede, natural rubber sole."),),
        _one("Baskets basses à lacets, talon contrasté.", "Low lace-up sneakers with a contrasting heel."),
    ),
    Line(
        "high sneakers",
        "sneakers",
        "unisex",
        4,
        (75, 119),
        ALL_SHOES,
        ("red", "black", "navy", "white"),
        ("solid",),
        (("Toile de coton épaisse, semelle vulcanisée.", "Heavy cotton canvas, vulcanised sole."),),
        _one("Tige montante à lacets et bout renforcé.", "High lace-up shaft and a reinforced toe."),
    ),
    Line(
        "sneakers",
        "sneakers",
        "boys",
        2,
        (39, 55),
        CHILDREN_SHOES,
        ("blue", "red"),
        ("solid",),
        (("Cuir et suède, semelle en caoutchouc naturel.", "Leather and suede, natural rubber sole."),),
        _one("Des baskets solides pour la récréation.", "Sturdy sneakers for the playground."),
    ),
    Line(
        "boots",
        "boots",
        "women",
        4,
        (139, 229),
        WOMEN_SHOES,
        ("brown", "black", "burgundy", "beige"),
        ("solid",),
        LEATHER,
        _one("Tige au genou et petit talon stable.", "Knee-high shaft and a small steady heel."),
    ),
    Line(
        "ankle boots",
        "boots",
        "women",
        4,
        (99, 169),
        WOMEN_SHOES,
        ("black", "brown", "burgundy", "beige"),
        ("solid",),
        LEATHER,
        _one("Élastiques sur les côtés et talon bloc.", "Elastic sides and a block heel."),
    ),
    Line(
        "ankle boots",
        "boots",
        "men",
        3,
        (119, 179),
        MEN_SHOES,
        ("brown", "black", "navy"),
        ("solid",),
        LEATHER,
        _one("Des Chelsea à enfiler, semelle crantée.", "Slip-on Chelsea boots with a grippy sole.", body="men"),
    ),
    Line(
        "heels",
        "heels",
        "women",
        5,
        (79, 149),
        WOMEN_SHOES,
        ("black", "red", "beige", "navy", "green", "pink"),
        ("solid",),
        LEATHER,
        _one("Bout pointu et talon fin de 8 cm.", "Pointed toe and a slim 8 cm heel."),
    ),
    Line(
        "sandals",
        "sandals",
        "women",
        5,
        (55, 99),
        WOMEN_SHOES,
        ("brown", "black", "white", "yellow", "orange"),
        ("solid",),
        LEATHER,
        _one("Bride à la cheville et semelle tressée.", "Ankle strap and a woven sole."),
    ),
    Line(
        "flats",
        "flats",
        "women",
        5,
        (59, 99),
        WOMEN_SHOES,
        ("pink", "black", "red", "navy", "beige"),
        ("solid",),
        LEATHER,
        _one("Bout rond et petit nœud cousu.", "Round toe and a small sewn bow."),
    ),
    Line(
        "loafers",
        "casual-shoes",
        "men",
        3,
        (99, 169),
        MEN_SHOES,
        ("brown", "black", "burgundy", "navy"),
        ("solid",),
        LEATHER,
        _one(
            "Plateau cousu main et patte sur le cou-de-pied.",
            "Hand-sewn apron and a strap over the instep.",
            body="men",
        ),
    ),
    Line(
        "cap",
        "cap",
        "unisex",
        4,
        (19, 32),
        ONE_SIZE,
        ("navy", "beige", "green", "black", "red"),
        ("solid",),
        (("Sergé de coton, réglage à l'arrière.", "Cotton twill, adjustable at the back."),),
        _one("Six panneaux et visière courbée.", "Six panels and a curved peak."),
    ),
    Line(
        "beanie",
        "hat",
        "unisex",
        5,
        (19, 35),
        ONE_SIZE,
        ("orange", "grey", "navy", "pink", "green"),
        ("solid",),
        WOOL[:2],
        (
            Cut(("à revers", "cuffed"), ("Côtes épaisses et large revers.", "Thick ribs and a wide cuff.")),
            Cut(
                ("à pompon", "bobble"),
                ("Côtes épaisses, revers et pompon.", "Thick ribs, a cuff and a bobble."),
                {"length": "long"},
            ),
        ),
    ),
    Line(
        "hat",
        "hat",
        "unisex",
        4,
        (45, 79),
        ("56", "58", "60"),
        ("beige", "black", "brown", "burgundy"),
        ("solid",),
        (("Feutre de laine, ruban gros-grain.", "Wool felt with a grosgrain ribbon."),),
        _one("Bord large et calotte pincée.", "Wide brim and a pinched crown."),
    ),
    Line(
        "handbag",
        "bag",
        "women",
        5,
        (89, 199),
        ONE_SIZE,
        LEATHERS,
        ("solid",),
        LEATHER,
        _one("Deux anses, fermoir doré et poche intérieure.", "Two handles, a gilt clasp and an inner pocket."),
    ),
    Line(
        "tote",
        "bag",
        "unisex",
        4,
        (25, 59),
        ONE_SIZE,
        ("beige", "navy", "white", "khaki", "red"),
        ("solid", "striped", "checked"),
        (("Toile de coton épaisse de 400 g/m².", "Heavy 400 gsm cotton canvas."),),
        _one("Anses longues, contient un ordinateur de 15 pouces.", "Long handles; holds a 15-inch laptop."),
    ),
    Line(
        "crossbody bag",
        "bag",
        "women",
        5,
        (69, 149),
        ONE_SIZE,
        ("green", "black", "brown", "pink", "orange"),
        ("solid",),
        LEATHER,
        _one("Rabat arrondi et bandoulière réglable.", "Rounded flap and an adjustable strap."),
    ),
    Line(
        "backpack",
        "backpack",
        "unisex",
        4,
        (55, 99),
        ONE_SIZE,
        ("khaki", "navy", "black", "grey", "orange"),
        ("solid",),
        (("Toile recyclée déperlante, 18 litres.", "Water-repellent recycled canvas, 18 litres."),),
        _one("Grande ouverture zippée et poche avant.", "Wide zip opening and a front pocket."),
    ),
    Line(
        "belt",
        "belt",
        "unisex",
        4,
        (29, 55),
        BELTS,
        ("brown", "black", "navy", "beige"),
        ("solid",),
        LEATHER,
        _one("Boucle en métal et cinq trous.", "Metal buckle and five holes."),
    ),
    Line(
        "scarf",
        "scarf",
        "unisex",
        5,
        (29, 69),
        ONE_SIZE,
        ("red", "grey", "navy", "beige", "green", "burgundy"),
        ("checked", "solid", "striped"),
        WOOL[:2],
        _one("Longue et large, finie de franges.", "Long and wide, finished with fringes."),
    ),
    Line(
        "sunglasses",
        "sunglasses",
        "unisex",
        5,
        (59, 129),
        ONE_SIZE,
        ("black", "brown", "red", "navy"),
        ("solid",),
        (("Acétate biosourcé, verres de catégorie 3.", "Bio-based acetate, category 3 lenses."),),
        (
            Cut(("carrées", "square"), ("Monture carrée aux angles adoucis.", "A square frame with soft corners.")),
            Cut(
                ("rondes", "round"),
                ("Monture ronde, légère sur le nez.", "A round frame, light on the nose."),
                {"fit": "slim"},
            ),
            Cut(
                ("papillon", "cat-eye"),
                ("Monture papillon, un clin d'œil aux années 50.", "A cat-eye frame, a nod to the fifties."),
                {"fit": "relaxed"},
            ),
        ),
    ),
)
