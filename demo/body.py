"""The measures and the posture of the figure that wears a garment, in centimetres from the top of the head."""

from dataclasses import dataclass

from demo.curves import Corners


@dataclass(frozen=True)
class Arm:
    """Shoulder, elbow and wrist of one arm, x counted outwards from the middle."""

    shoulder: tuple[float, float]
    elbow: tuple[float, float]
    wrist: tuple[float, float]

    @property
    def axis(self) -> Corners:
        """The joints from shoulder to wrist."""
        return (self.shoulder, self.elbow, self.wrist)


@dataclass(frozen=True)
class Body:
    """Half widths and heights of a standing figure seen from the front; arms and legs: left of the picture, right."""

    shoulder: tuple[float, float]
    neck: tuple[float, float]
    underarm: tuple[float, float]
    bust: tuple[float, float]
    waist: tuple[float, float]
    hip: tuple[float, float]
    crotch: float
    knee: tuple[float, float]
    ankle: tuple[float, float]
    arms: tuple[Arm, Arm]
    thigh_width: float
    knee_width: float
    ankle_width: float
    arm_width: float
    worn: bool = False

    @property
    def sides(self) -> Corners:
        """The right side of the trunk, from the underarm to the hip."""
        return (self.underarm, self.bust, self.waist, self.hip)


HANGING = Arm((15.2, 37.0), (20.8, 61.0), (24.4, 85.0))
HANGING_MEN = Arm((17.2, 37.0), (23.2, 62.0), (26.8, 87.0))

WOMEN = Body(
    shoulder=(17.6, 33.6),
    neck=(6.2, 28.6),
    underarm=(14.6, 46.0),
    bust=(15.2, 50.0),
    waist=(12.0, 66.0),
    hip=(16.8, 85.0),
    crotch=91.0,
    knee=(9.0, 127.0),
    ankle=(9.4, 166.0),
    arms=(HANGING, HANGING),
    thigh_width=8.4,
    knee_width=5.4,
    ankle_width=3.6,
    arm_width=4.2,
)
MEN = Body(
    shoulder=(19.8, 33.8),
    neck=(6.9, 28.4),
    underarm=(16.4, 47.0),
    bust=(17.0, 51.0),
    waist=(14.2, 68.0),
    hip=(16.2, 86.0),
    crotch=92.0,
    knee=(9.6, 128.0),
    ankle=(10.2, 167.0),
    arms=(HANGING_MEN, HANGING_MEN),
    thigh_width=8.8,
    knee_width=6.2,
    ankle_width=4.2,
    arm_width=4.8,
)
BODIES = {"women": WOMEN, "men": MEN}
