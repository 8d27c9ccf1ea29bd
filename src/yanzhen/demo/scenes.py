"""Drawn photos for the demonstration city: a street corner before and after it was put right.

Nothing here is a photograph. Every picture is drawn from a seed, so that the same case always
has the same pictures and no two cases share one.
"""

import io
import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

WIDTH, HEIGHT = 960, 640
SCALE = 1.5
LIT_AT_DUSK = 0.3
"""The share of windows that are lit."""
Point = tuple[float, float]
Colour = tuple[int, int, int]

WALLS: tuple[Colour, ...] = (
    (206, 190, 160),
    (188, 178, 166),
    (196, 172, 150),
    (170, 182, 186),
    (214, 204, 184),
)
SKIES: tuple[Colour, ...] = ((198, 214, 220), (176, 196, 208), (216, 220, 214), (186, 204, 216))
SCOOTERS: tuple[Colour, ...] = (
    (163, 61, 61),
    (53, 98, 125),
    (213, 217, 218),
    (64, 92, 70),
    (198, 142, 40),
)
GREENS: tuple[Colour, ...] = ((92, 122, 88), (78, 112, 80), (110, 134, 92))


@dataclass
class Canvas:
    """A picture in the making, in units of the finished picture."""

    image: Image.Image
    draw: ImageDraw.ImageDraw
    dice: random.Random

    def polygon(self, points: list[Point], fill: Colour) -> None:
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)

    def rectangle(self, box: tuple[float, float, float, float], fill: Colour) -> None:
        left, top, right, bottom = (side * SCALE for side in box)
        self.draw.rectangle((left, top, right, bottom), fill=fill)

    def disc(self, x: float, y: float, radius: float, fill: Colour, *, squash: float = 1) -> None:
        rx, ry = radius * SCALE, radius * squash * SCALE
        self.draw.ellipse(
            (x * SCALE - rx, y * SCALE - ry, x * SCALE + rx, y * SCALE + ry), fill=fill
        )

    def line(self, points: list[Point], fill: Colour, width: float) -> None:
        self.draw.line(
            [(x * SCALE, y * SCALE) for x, y in points],
            fill=fill,
            width=max(1, round(width * SCALE)),
            joint="curve",
        )


def shade(colour: Colour, by: float) -> Colour:
    """The colour made darker (`by` < 1) or lighter (`by` > 1)."""
    red, green, blue = (min(255, max(0, round(part * by))) for part in colour)
    return red, green, blue


def _street(canvas: Canvas, *, dusk: bool) -> None:
    """Sky, a row of houses on both sides and a road that runs to the middle."""
    dice = canvas.dice
    sky = dice.choice(SKIES) if not dusk else (44, 58, 78)
    dim = 0.45 if dusk else 1.0
    canvas.rectangle((0, 0, WIDTH, HEIGHT), sky)
    for place in range(6):
        left = 330 + place * 54 + dice.randint(-12, 12)
        canvas.rectangle(
            (left, 150 + dice.randint(-50, 40), left + 58, 330), shade((150, 162, 166), dim)
        )
    wall = shade(dice.choice(WALLS), dim)
    canvas.rectangle((0, 330, WIDTH, HEIGHT), shade((128, 133, 135), dim))
    canvas.polygon([(0, 0), (390, 120), (390, 340), (0, 520)], wall)
    canvas.polygon(
        [(WIDTH, 0), (600, 110), (600, 335), (WIDTH, 520)], shade(dice.choice(WALLS), 0.9 * dim)
    )
    canvas.polygon([(0, 520), (390, 340), (420, 344), (0, 590)], shade((146, 138, 124), dim))
    canvas.polygon(
        [(WIDTH, 520), (600, 335), (576, 340), (WIDTH, 588)], shade((146, 138, 124), dim)
    )
    window = (255, 214, 120) if dusk else (95, 113, 120)
    for row in range(2):
        for column in range(4):
            left = 24 + column * 88
            top = 70 + row * 150 + column * 14
            lit = window if not dusk or dice.random() < LIT_AT_DUSK else (40, 48, 58)
            canvas.polygon(
                [
                    (left, top),
                    (left + 58, top + 9),
                    (left + 58, top + 92 - column * 6),
                    (left, top + 98 - column * 6),
                ],
                lit,
            )
            right = WIDTH - left
            lit = window if not dusk or dice.random() < LIT_AT_DUSK else (40, 48, 58)
            canvas.polygon(
                [
                    (right, top),
                    (right - 58, top + 9),
                    (right - 58, top + 92 - column * 6),
                    (right, top + 98 - column * 6),
                ],
                lit,
            )


def _tree(canvas: Canvas, x: float, y: float, size: float) -> None:
    canvas.rectangle((x - size * 0.06, y - size, x + size * 0.06, y), (90, 74, 60))
    green = canvas.dice.choice(GREENS)
    for dx, dy, radius in ((0, -1.25, 0.46), (-0.36, -1.0, 0.36), (0.38, -0.98, 0.36)):
        canvas.disc(
            x + dx * size, y + dy * size, radius * size, shade(green, canvas.dice.uniform(0.9, 1.1))
        )


def _scooter(canvas: Canvas, x: float, y: float, size: float) -> None:
    colour = canvas.dice.choice(SCOOTERS)
    canvas.disc(x, y + size * 0.36, size * 0.95, (86, 90, 92), squash=0.12)
    for dx in (-0.6, 0.6):
        canvas.disc(x + dx * size, y + size * 0.1, size * 0.27, (34, 39, 42))
        canvas.disc(x + dx * size, y + size * 0.1, size * 0.12, (141, 151, 155))
    canvas.polygon(
        [
            (x - 0.85 * size, y - 0.14 * size),
            (x - 0.4 * size, y - 0.5 * size),
            (x + 0.02 * size, y - 0.36 * size),
            (x + 0.1 * size, y + 0.1 * size),
            (x - 0.5 * size, y + 0.16 * size),
        ],
        colour,
    )
    canvas.polygon(
        [
            (x + 0.34 * size, y - 0.85 * size),
            (x + 0.54 * size, y - 0.75 * size),
            (x + 0.66 * size, y - 0.06 * size),
            (x + 0.28 * size, y + 0.06 * size),
        ],
        colour,
    )
    canvas.polygon(
        [
            (x - 0.8 * size, y - 0.55 * size),
            (x - 0.08 * size, y - 0.5 * size),
            (x - 0.12 * size, y - 0.36 * size),
            (x - 0.7 * size, y - 0.4 * size),
        ],
        (35, 40, 43),
    )
    canvas.line(
        [(x + 0.2 * size, y - 0.95 * size), (x + 0.56 * size, y - 1.0 * size)], (43, 49, 52), 3
    )


def _bin(canvas: Canvas, x: float, y: float, size: float, *, full: bool) -> None:
    colour = canvas.dice.choice(((74, 118, 92), (66, 96, 128), (140, 140, 136)))
    canvas.polygon(
        [
            (x - 0.4 * size, y - size),
            (x + 0.4 * size, y - size),
            (x + 0.32 * size, y),
            (x - 0.32 * size, y),
        ],
        colour,
    )
    if full:
        for _ in range(7):
            canvas.disc(
                x + canvas.dice.uniform(-0.45, 0.45) * size,
                y - size * canvas.dice.uniform(0.98, 1.25),
                size * canvas.dice.uniform(0.12, 0.22),
                canvas.dice.choice(((34, 38, 42), (222, 222, 216), (190, 150, 96), (178, 60, 56))),
            )
    canvas.polygon(
        [
            (x - 0.44 * size, y - size * (1.3 if full else 1.06)),
            (x + 0.44 * size, y - size * (1.5 if full else 1.06)),
            (x + 0.44 * size, y - size * (1.4 if full else 0.96)),
            (x - 0.44 * size, y - size * (1.2 if full else 0.96)),
        ],
        shade(colour, 0.8),
    )


def _lamp(canvas: Canvas, x: float, y: float, size: float, *, lit: bool) -> None:
    canvas.line([(x, y), (x, y - size), (x + size * 0.22, y - size * 1.04)], (60, 66, 70), 5)
    canvas.disc(
        x + size * 0.26, y - size * 1.02, size * 0.05, (255, 240, 190) if lit else (70, 74, 78)
    )


def _glow(canvas: Canvas, x: float, y: float, radius: float) -> None:
    """A soft light laid over the picture."""
    light = Image.new("L", canvas.image.size, 0)
    ImageDraw.Draw(light).ellipse(
        [
            (x - radius) * SCALE,
            (y - radius * 0.8) * SCALE,
            (x + radius) * SCALE,
            (y + radius) * SCALE,
        ],
        fill=150,
    )
    light = light.resize((120, 80)).filter(ImageFilter.GaussianBlur(9)).resize(canvas.image.size)
    canvas.image.paste(Image.new("RGB", canvas.image.size, (255, 226, 160)), (0, 0), light)


def _fire_lane(canvas: Canvas, *, after: bool) -> None:
    _street(canvas, dusk=False)
    _tree(canvas, 690, 350, 110)
    yellow = (243, 200, 31) if after else (186, 164, 88)
    canvas.line([(410, 350), (60, 640)], yellow, 6)
    canvas.line([(560, 350), (780, 640)], yellow, 6)
    for step in range(5):
        y = 372 + step * step * 14
        canvas.line([(398 - step * 60, y), (566 + step * 40, y + 12)], yellow, 4)
    if after:
        for step in range(3):
            _scooter(canvas, 640 + step * 46, 356 + step * 5, 18)
        return
    for step in range(6):
        _scooter(
            canvas,
            250 + step * 76 + canvas.dice.randint(-16, 16),
            400 + (step * 37) % 170,
            40 + step * 7,
        )
    canvas.polygon([(90, 590), (150, 540), (210, 560), (200, 620), (100, 630)], (168, 128, 84))


def _rubbish(canvas: Canvas, *, after: bool) -> None:
    _street(canvas, dusk=False)
    _tree(canvas, 250, 420, 120)
    for place in range(4):
        _bin(canvas, 400 + place * 92, 500 + canvas.dice.randint(-6, 6), 104, full=not after)
    if not after:
        for _ in range(46):
            canvas.disc(
                canvas.dice.uniform(300, 820),
                canvas.dice.uniform(500, 610),
                canvas.dice.uniform(6, 19),
                canvas.dice.choice(
                    ((38, 42, 46), (226, 226, 220), (196, 160, 110), (172, 70, 60), (96, 128, 96))
                ),
                squash=0.7,
            )


def _dark_lamps(canvas: Canvas, *, after: bool) -> None:
    _street(canvas, dusk=True)
    for place in range(4):
        x, size = 300 - place * -64, 320 - place * 64
        if after:
            _glow(canvas, x + size * 0.26, 470 - place * 30 - size, 120 - place * 18)
        _lamp(canvas, x, 520 - place * 44, size, lit=after)
    if after:
        _glow(canvas, 470, 520, 240)


def _pothole(canvas: Canvas, *, after: bool) -> None:
    _street(canvas, dusk=False)
    x, y = canvas.dice.randint(400, 560), canvas.dice.randint(470, 520)
    if after:
        canvas.disc(x, y, 150, (104, 108, 110), squash=0.34)
        canvas.disc(x, y, 62, (72, 76, 78), squash=0.36)
        canvas.disc(x, y, 50, (98, 102, 104), squash=0.36)
        return
    canvas.disc(x, y, 168, (104, 100, 94), squash=0.36)
    canvas.disc(x + 10, y + 6, 128, (74, 70, 66), squash=0.36)
    canvas.disc(x + 16, y + 12, 96, (126, 146, 156), squash=0.34)
    for turn in range(9):
        angle = turn / 9 * math.tau + canvas.dice.uniform(-0.2, 0.2)
        canvas.line(
            [
                (x + math.cos(angle) * 150, y + math.sin(angle) * 52),
                (x + math.cos(angle) * 225, y + math.sin(angle) * 84 + canvas.dice.randint(-8, 8)),
            ],
            (84, 86, 86),
            3,
        )


def _stall(canvas: Canvas, *, after: bool) -> None:
    _street(canvas, dusk=False)
    for step in range(16):
        t = step / 15
        canvas.polygon(
            [
                (300 - t * 200, 372 + t * 230),
                (322 - t * 190, 372 + t * 230),
                (316 - t * 194, 382 + t * 232),
                (294 - t * 204, 382 + t * 232),
            ],
            (224, 188, 70),
        )
    if after:
        _tree(canvas, 690, 370, 110)
        return
    for place in range(2):
        x, y = 250 + place * 240, 520 + canvas.dice.randint(-14, 14)
        canvas.rectangle((x - 100, y - 70, x + 100, y - 10), (150, 108, 74))
        for _ in range(34):
            canvas.disc(
                x + canvas.dice.uniform(-94, 94),
                y - 74 + canvas.dice.uniform(-12, 6),
                11,
                canvas.dice.choice(((208, 74, 50), (232, 160, 52), (120, 158, 70), (236, 208, 90))),
            )
        canvas.line([(x - 96, y - 70), (x - 96, y - 210)], (90, 92, 94), 5)
        canvas.line([(x + 96, y - 70), (x + 96, y - 210)], (90, 92, 94), 5)
        for stripe in range(8):
            colour = (196, 62, 54) if stripe % 2 else (238, 232, 220)
            left = x - 116 + stripe * 29
            canvas.polygon(
                [(left, y - 232), (left + 29, y - 232), (left + 33, y - 190), (left - 4, y - 190)],
                colour,
            )


def _posters(canvas: Canvas, *, after: bool) -> None:
    canvas.rectangle((0, 0, WIDTH, HEIGHT), canvas.dice.choice(WALLS))
    for row in range(9):
        for column in range(10):
            left = column * 108 - (row % 2) * 54
            canvas.line([(left, row * 64), (left + 108, row * 64)], (172, 158, 136), 2)
            canvas.line([(left, row * 64), (left, row * 64 + 64)], (172, 158, 136), 2)
    canvas.rectangle((0, 560, WIDTH, HEIGHT), (132, 128, 120))
    canvas.rectangle((620, 150, 850, 560), (108, 82, 66))
    canvas.rectangle((636, 166, 834, 560), (88, 66, 52))
    if after:
        canvas.rectangle((90, 170, 520, 470), (219, 208, 188))
        return
    for _ in range(26):
        x, y = canvas.dice.uniform(50, 560), canvas.dice.uniform(90, 480)
        wide, high = canvas.dice.uniform(44, 96), canvas.dice.uniform(34, 74)
        lean = canvas.dice.uniform(-9, 9)
        paper = canvas.dice.choice(
            ((244, 240, 228), (250, 226, 120), (226, 120, 110), (170, 202, 220))
        )
        canvas.polygon(
            [
                (x, y + lean),
                (x + wide, y - lean),
                (x + wide, y + high - lean),
                (x, y + high + lean),
            ],
            paper,
        )
        for text in range(3):
            canvas.line(
                [(x + 8, y + 12 + text * 14), (x + wide - 10, y + 12 + text * 14)],
                (112, 108, 104),
                3,
            )


def _bare_green(canvas: Canvas, *, after: bool) -> None:
    _street(canvas, dusk=False)
    ground = (104, 134, 84) if after else (164, 138, 104)
    canvas.polygon([(80, 640), (420, 360), (640, 360), (900, 640)], ground)
    for _ in range(190 if after else 26):
        x, y = canvas.dice.uniform(180, 800), canvas.dice.uniform(400, 630)
        canvas.line(
            [(x, y), (x + canvas.dice.uniform(-6, 6), y - canvas.dice.uniform(8, 20))],
            shade((92, 136, 74), canvas.dice.uniform(0.8, 1.2)),
            3,
        )
    for place in range(3):
        _tree(canvas, 380 + place * 120, 430 + place * 10, 90 if after else 58)


def _wires(canvas: Canvas, *, after: bool) -> None:
    _street(canvas, dusk=False)
    if after:
        canvas.rectangle((640, 420, 800, 500), (70, 110, 130))
        canvas.polygon([(610, 400), (836, 400), (812, 372), (632, 372)], (60, 96, 116))
        for place in range(4):
            _scooter(canvas, 640 + place * 52, 520, 30)
        return
    for place in range(9):
        x, top = 60 + place * 34, 60 + place * 16
        points = [
            (x + step * 12 + canvas.dice.uniform(-5, 5), top + step * step * 3.0)
            for step in range(12)
        ]
        canvas.line(points, canvas.dice.choice(((40, 42, 46), (196, 60, 50), (230, 226, 214))), 3)
    for place in range(3):
        _scooter(canvas, 240 + place * 120, 520 + place * 14, 46)


SCENES: dict[str, Callable[..., None]] = {
    "fire_lane": _fire_lane,
    "rubbish": _rubbish,
    "dark_lamps": _dark_lamps,
    "pothole": _pothole,
    "stall": _stall,
    "posters": _posters,
    "bare_green": _bare_green,
    "wires": _wires,
}
"""What can be drawn, by name."""


def draw_scene(name: str, *, seed: int, after: bool) -> bytes:
    """Draw one scene as JPEG bytes, 960 × 640 pixels.

    The same seed gives the same corner before and after, as two photos of it are: from another
    step of the foot, in another light. No photo is a copy of another one.
    """
    dice = random.Random(seed)
    image = Image.new("RGB", (round(WIDTH * SCALE), round(HEIGHT * SCALE)))
    canvas = Canvas(image=image, draw=ImageDraw.Draw(image), dice=dice)
    SCENES[name](canvas, after=after)
    small = image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    taken = _as_taken(small, random.Random(seed * 2 + after))
    out = io.BytesIO()
    taken.save(out, "JPEG", quality=86)
    return out.getvalue()


COLUMNS, ROWS, SWAY = 6, 4, 8
"""Into how many parts a picture is bent, and by how many pixels at most."""


def _as_taken(image: Image.Image, dice: random.Random) -> Image.Image:
    """The drawing as somebody's hand and foot would take it: near and far shift, the light differs."""
    corners = {
        (column, row): (
            min(WIDTH, max(0, column * WIDTH / COLUMNS + dice.uniform(-SWAY, SWAY))),
            min(HEIGHT, max(0, row * HEIGHT / ROWS + dice.uniform(-SWAY, SWAY))),
        )
        for column in range(COLUMNS + 1)
        for row in range(ROWS + 1)
    }
    parts = [
        (
            (
                column * WIDTH // COLUMNS,
                row * HEIGHT // ROWS,
                (column + 1) * WIDTH // COLUMNS,
                (row + 1) * HEIGHT // ROWS,
            ),
            (
                *corners[column, row],
                *corners[column, row + 1],
                *corners[column + 1, row + 1],
                *corners[column + 1, row],
            ),
        )
        for column in range(COLUMNS)
        for row in range(ROWS)
    ]
    bent = image.transform(image.size, Image.Transform.MESH, parts, Image.Resampling.BICUBIC)
    return ImageEnhance.Brightness(bent).enhance(dice.uniform(0.92, 1.06))
