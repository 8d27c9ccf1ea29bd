"""How well copies of photos are found, how fast, and what taking a photo in costs.

    ./dev bench photos [--places=40] [--photos=100000] [--taken-in=24]

Three questions, each with a figure:

1. Of drawn street scenes, each worked over in every way (cropped, compressed, brightened …), how
   many are found and how many found wrongly? Hard ones beside them: other pictures of the same
   place, taken from a step aside, in other light, with other people passing.
2. How many look-ups a second among so many photos, beside bare look-ups in the same index?
3. How many photos a second are taken in, beside Pillow alone decoding and encoding them? Goal 0.70.

Pictures are drawn from seeds, so every run measures the same. On SQLite as the product sets it
up, in a folder of its own; or on the empty PostgreSQL database that DATABASE_URL names.
"""

import argparse
import io
import math
import multiprocessing
import os
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
WIDTH, HEIGHT = 1280, 960
Pixels = np.ndarray[Any, np.dtype[Any]]


# --- The pictures ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stand:
    """Where the camera stands: steps aside and down in pixels of the nearest things, and nearer."""

    aside: float = 0.0
    nearer: float = 1.0
    down: float = 0.0

    def sees(self, x: float, y: float, depth: float) -> tuple[float, float]:
        grown = 1 + (self.nearer - 1) / depth
        return (
            (x - WIDTH / 2 - self.aside / depth) * grown + WIDTH / 2,
            (y - HEIGHT / 2 - self.down / depth) * grown + HEIGHT / 2,
        )


def surface(
    noise: np.random.Generator, wide: int, high: int, colour: Any, grain: float
) -> Image.Image:
    """A wall, a road, a sky: one colour with stains and grain of three sizes."""
    pixels = np.ones((high, wide, 3), np.float32) * np.array(colour, np.float32)
    for cell, part in ((40, 0.5), (9, 0.8), (3, 0.6)):
        size = (max(2, high // cell), max(2, wide // cell))
        stains = Image.fromarray(noise.normal(0, grain * part, size).astype(np.float32))
        pixels += np.asarray(stains.resize((wide, high), Image.Resampling.BICUBIC))[..., None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def hang(canvas: Image.Image, picture: Image.Image, stand: Stand, box: Any, depth: float) -> None:
    """Put a surface where it is seen, to a fraction of a pixel."""
    left, top = stand.sees(box[0], box[1], depth)
    right, bottom = stand.sees(box[2], box[3], depth)
    by_x, by_y = picture.width / (right - left), picture.height / (bottom - top)
    off_x, off_y = left - math.floor(left), top - math.floor(top)
    seen = picture.transform(
        (max(1, round(right - left)) + 2, max(1, round(bottom - top)) + 2),
        Image.Transform.AFFINE,
        (by_x, 0, -off_x * by_x, 0, by_y, -off_y * by_y),
        Image.Resampling.BICUBIC,
    )
    canvas.paste(seen, (math.floor(left), math.floor(top)))


def front(noise: np.random.Generator, dice: random.Random, wide: int, high: int) -> Image.Image:
    """The front of a house with its windows and a shop sign."""
    wall = surface(noise, wide, high, [dice.randint(90, 220) for _ in range(3)], 14)
    draw = ImageDraw.Draw(wall)
    columns, rows = dice.randint(2, 6), dice.randint(2, 7)
    for row in range(rows):
        for column in range(columns):
            edge = dice.uniform(0.12, 0.3)
            left, right = (column + edge) * wide / columns, (column + 1 - edge) * wide / columns
            top = (row + edge) * high / rows
            bottom = (row + 1 - dice.uniform(0.1, 0.3)) * high / rows
            glass = dice.randint(25, 110)
            draw.rectangle((left, top, right, bottom), fill=(glass, glass + 12, glass + 24))
            if dice.random() < 0.6:
                middle = (left + right) / 2
                draw.line((middle, top, middle, bottom), fill=(200, 200, 195), width=2)
            if dice.random() < 0.4:
                end = left + (right - left) * dice.uniform(0.2, 0.6)
                draw.rectangle((left, bottom - 8, end, bottom + 6), fill=(220, 220, 215))
    start = dice.randint(0, wide // 3)
    sign = (start, high - 70, start + wide // 2, high - 40)
    draw.rectangle(sign, fill=(dice.randint(60, 255), dice.randint(0, 200), dice.randint(0, 200)))
    for stroke in range(30):
        x, y = start + 8 + stroke % 6 * wide // 14, high - 66
        ends = [(x + dice.randint(0, 16), y + dice.randint(0, 22)) for _ in range(2)]
        draw.line(ends, fill=(255, 255, 255), width=3)
    return wall


def scene(place: int, shot: int = 0, stand: Stand | None = None) -> Image.Image:
    """One picture: what stands there is by the place, who passes and how the light is by the shot."""
    stand = stand or Stand()
    dice, noise = random.Random(place), np.random.default_rng(place)
    passing = random.Random((place + 1) * 7919 + shot)
    grain = np.random.default_rng((place + 1) * 104729 + shot)
    sky = (dice.randint(150, 215), dice.randint(175, 225), dice.randint(190, 235))
    canvas = surface(noise, WIDTH // 2, HEIGHT // 2, sky, 4).resize((WIDTH, HEIGHT))
    x = -160
    while x < WIDTH + 160:
        wide, top = dice.randint(120, 320), dice.randint(60, 330)
        depth = dice.choice((1.5, 2.0, 3.0, 5.0))
        hang(canvas, front(noise, dice, wide, 640 - top), stand, (x, top, x + wide, 640), depth)
        x += wide + dice.randint(-10, 40)
    road = surface(noise, WIDTH + 400, HEIGHT - 600, [dice.randint(95, 150)] * 3, 16)
    draw = ImageDraw.Draw(road)
    for mark in range(0, WIDTH + 400, 120):
        draw.polygon(
            [(mark, 120), (mark + 60, 120), (mark + 52, 136), (mark - 8, 136)], (225, 225, 220)
        )
    hang(canvas, road, stand, (-200, 625, WIDTH + 200, HEIGHT), 1.2)
    for _ in range(dice.randint(4, 9)):
        left, foot = dice.randint(-50, WIDTH), dice.randint(560, 760)
        wide, high = dice.randint(30, 140), dice.randint(90, 200)
        thing = surface(noise, wide, high, [dice.randint(20, 230) for _ in range(3)], 25)
        hang(canvas, thing, stand, (left, foot - high, left + wide, foot), 1.0)
    draw = ImageDraw.Draw(canvas)
    for _ in range(passing.randint(2, 7)):
        left, foot, size = (
            passing.randint(0, WIDTH),
            passing.randint(620, 900),
            passing.randint(30, 120),
        )
        coat = tuple(passing.randint(10, 240) for _ in range(3))
        head = (left, foot - size * 2, left + size * 0.6, foot - size * 1.5)
        draw.ellipse(head, fill=(200, 160, 130))
        draw.rectangle((left - size * 0.1, foot - size * 1.5, left + size * 0.7, foot), fill=coat)
    pixels: Pixels = np.asarray(canvas, np.float32)
    if shot:
        ends = passing.uniform(0.85, 1.1), passing.uniform(0.85, 1.1)
        light = np.linspace(*ends, WIDTH, dtype=np.float32)[None, :, None]
        pixels = pixels * light * passing.uniform(0.8, 1.2)
    pixels = pixels + grain.normal(0, 5, pixels.shape)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def compressed(image: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(out).convert("RGB")


def as_kept(image: Image.Image) -> Image.Image:
    """The thumbnail that the house keeps of it, in which pictures are compared."""
    small = image.copy()
    small.thumbnail((480, 480), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "WEBP", quality=76)
    return Image.open(out).convert("RGB")


def cropped(image: Image.Image, dice: random.Random, part: float) -> Image.Image:
    """A window out of it, each side shorter by `part`."""
    wide, high = round(image.width * (1 - part)), round(image.height * (1 - part))
    left, top = dice.randint(0, image.width - wide), dice.randint(0, image.height - high)
    return image.crop((left, top, left + wide, top + high))


def copies(image: Image.Image, place: int) -> Iterator[tuple[str, Image.Image]]:
    dice = random.Random(place * 31)
    yield "crop 5–10 %", compressed(cropped(image, dice, dice.uniform(0.05, 0.1)), 88)
    yield "crop 10–20 %", compressed(cropped(image, dice, dice.uniform(0.1, 0.2)), 88)
    yield "re-compress q40–90", compressed(image, dice.randint(40, 90))
    yield (
        "brightness ±30 %",
        compressed(ImageEnhance.Brightness(image).enhance(dice.choice((0.7, 0.8, 1.2, 1.3))), 85),
    )
    yield "mirror", compressed(ImageOps.mirror(image), 85)
    yield "resize to a third", compressed(image.resize((WIDTH // 3, HEIGHT // 3)), 80)
    yield "rotate ±5°", compressed(image.rotate(dice.uniform(-5, 5), Image.Resampling.BICUBIC), 88)
    mirrored = cropped(ImageOps.mirror(image), dice, dice.uniform(0.05, 0.15))
    yield "mirror + crop + q60", compressed(mirrored, 60)


def others(place: int) -> Iterator[tuple[str, Image.Image]]:
    """Other pictures of the same place: from the same spot by hand, a step aside, some steps."""
    dice = random.Random(place * 17 + 5)
    for shot, (name, aside, nearer) in enumerate(
        (("same spot", 12, 0.02), ("a step aside", 50, 0.07), ("some steps", 150, 0.2)), start=1
    ):
        stand = Stand(
            dice.uniform(-aside, aside), dice.uniform(1 - nearer, 1 + nearer), dice.uniform(-6, 6)
        )
        yield name, compressed(scene(place, shot, stand), 88)


# --- 1. Found and wrongly found -------------------------------------------------------------------


Compared = tuple[str, list[int], Pixels]


def draw_place(place: int) -> tuple[int, Pixels, list[int], list[Compared], list[Compared]]:
    """The picture of a place as kept, its marks, its copies and the others, each ready to look up."""
    from yanzhen.files.likeness import marks_asked, marks_of, pixels_of

    image = scene(place)
    kept = pixels_of(as_kept(compressed(image, 92)))

    def ready(pictures: Iterator[tuple[str, Image.Image]]) -> list[Compared]:
        pixels = [(name, pixels_of(as_kept(one))) for name, one in pictures]
        return [(name, marks_asked(one), one) for name, one in pixels]

    return place, kept, marks_of(kept), ready(copies(image, place)), ready(others(place))


def dct_hash(pixels: Pixels) -> int:
    """The customary perceptual hash of a whole picture (64 signs of its coarsest waves)."""
    import cv2

    waves = cv2.dct(cv2.resize(pixels, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32))
    low = waves[:8, :8].ravel()
    return int(sum(1 << n for n, one in enumerate(low) if one > np.median(low)))


def tell_quality(places: int) -> None:
    """Precision and recall of each kind of change, beside a hash of the whole picture."""
    from yanzhen.files.likeness import agreement
    from yanzhen.files.queries import LEAST_MARKS

    with multiprocessing.get_context("fork").Pool() as pool:
        drawn = pool.map(draw_place, range(places), chunksize=1)
    kept = {place: (pixels, set(marks)) for place, pixels, marks, _copies, _others in drawn}
    hashes = {place: dct_hash(pixels) for place, (pixels, _marks) in kept.items()}
    found: dict[str, list[bool]] = defaultdict(list)
    wrong: dict[str, int] = defaultdict(int)
    by_hash: dict[str, list[bool]] = defaultdict(list)

    def look(asked: list[int], pixels: Pixels) -> set[int]:
        """As the product does: those that share marks, the likeliest eight laid over."""
        shared = {place: len(marks & set(asked)) for place, (_pixels, marks) in kept.items()}
        likely = [place for place, count in shared.items() if count >= LEAST_MARKS]
        likely.sort(key=lambda place: (-shared[place], place))
        return {place for place in likely[:8] if agreement(pixels, kept[place][0]).is_copy}

    for place, _pixels, _marks, same, other in drawn:
        for name, asked, pixels in same:
            seen = look(asked, pixels)
            found[name].append(place in seen)
            wrong[name] += len(seen - {place})
            near = min((dct_hash(pixels) ^ hashes[place]).bit_count(), 64)
            by_hash[name].append(near <= 10)
        for name, asked, pixels in other:
            seen = look(asked, pixels)
            found[f"other: {name}"].append(bool(seen))
            by_hash[f"other: {name}"].append((dct_hash(pixels) ^ hashes[place]).bit_count() <= 10)
    print(f"{places} places; one picture kept of each; a row a kind of change\n")
    print(f"{'a copy, changed by':24}{'recall':>8}{'precision':>11}   whole-picture hash: recall")
    total = [0, 0, 0]
    for name, hits in found.items():
        if name.startswith("other"):
            continue
        right, all_told = sum(hits), sum(hits) + wrong[name]
        print(
            f"{name:24}{right / len(hits):8.3f}{right / max(all_told, 1):11.3f}"
            f"{sum(by_hash[name]) / len(hits):15.3f}"
        )
        total = [total[0] + right, total[1] + len(hits), total[2] + all_told]
    false = 0
    print(f"\n{'another picture, from':24}{'flagged':>8}{'of':>5}{'':9}whole-picture hash: flagged")
    for name, hits in found.items():
        if name.startswith("other"):
            false += sum(hits)
            print(f"{name[7:]:24}{sum(hits):8}{len(hits):5}{sum(by_hash[name]):15}")
    precision = total[0] / max(total[2] + false, 1)
    print(f"\noverall recall {total[0] / total[1]:.3f}, precision {precision:.3f}")


# --- 2. Look-ups ----------------------------------------------------------------------------------


def tell_look_ups(photos: int, rounds: int = 60) -> None:
    """Look-ups a second among so many photos, and the bare look-ups that they are made of."""
    from django.db import connection

    from yanzhen.files.likeness import BITS, MOST_MARKS
    from yanzhen.files.models import Photo, PhotoMark
    from yanzhen.files.queries import photos_sharing_marks

    dice = np.random.default_rng(7)
    first = _one_photo()
    rows = (
        (first.sha256, "", 1, "JPEG", f"b/{n}.webp", f"b/{n}-t.webp", 1, 1, first.uploaded_by_id,
         NOW, MOST_MARKS)
        for n in range(photos)
    )  # fmt: skip
    names = ["sha256", "original_name", "original_bytes", "original_format", "name", "thumb_name",
             "width", "height", "uploaded_by_id", "uploaded_at", "mark_count"]  # fmt: skip
    _write(Photo, names, rows)
    keys = list(Photo.objects.order_by("pk").values_list("pk", flat=True))
    # Marks of real pictures are not even: some corners are common. A third of all marks fall on
    # one key in a thousand.
    common = dice.integers(0, 1 << BITS, photos * MOST_MARKS // 1000)

    def marks() -> Iterator[tuple[int, int]]:
        for key in keys:
            own = dice.integers(0, 1 << BITS, MOST_MARKS)
            many = dice.random(MOST_MARKS) < 1 / 3
            own[many] = dice.choice(common, int(many.sum()))
            for mark in {int(one) for one in own}:
                yield key, mark

    begun = time.perf_counter()
    _write(PhotoMark, ["photo_id", "key"], marks())
    print(f"\n{len(keys):,} photos, {PhotoMark.objects.count():,} marks, written in "
          f"{time.perf_counter() - begun:.0f} s ({connection.vendor})")  # fmt: skip
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE files_photomark")
    table = PhotoMark._meta.db_table
    ours, bare = [], []
    for _ in range(rounds):
        sought = list(
            PhotoMark.objects.filter(photo=int(dice.choice(keys))).values_list("key", flat=True)
        )
        other = [int(one) for one in dice.integers(0, 1 << BITS, MOST_MARKS * 16 - len(sought))]
        asked = sought + other
        begun = time.perf_counter()
        assert photos_sharing_marks(asked)
        ours.append(time.perf_counter() - begun)
        places = ", ".join(["%s"] * len(asked))
        begun = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT photo_id FROM {table} WHERE key IN ({places})", asked)
            cursor.fetchall()
        bare.append(time.perf_counter() - begun)
    ratio = statistics.median(a / b for a, b in zip(bare, ours, strict=True))
    print(f"a look-up (768 marks, counted)   {1 / statistics.median(ours):8,.0f} a second")
    print(f"the same keys, bare              {1 / statistics.median(bare):8,.0f} a second")
    print(f"ratio                            {ratio:8.2f}")


def _write(model: Any, names: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    """Write many rows, some hundred thousand at a time."""
    from django.db import transaction

    from yanzhen.core.engine import write_rows

    while batch := list(islice(rows, 200_000)):
        with transaction.atomic():
            write_rows(model, names, batch)


def _one_photo() -> Any:
    from yanzhen.cases.tests.factories import make_photo_row

    return make_photo_row(name="bench.webp", thumb_name="bench-thumb.webp", mark_count=0)


# --- 3. Taking photos in --------------------------------------------------------------------------


def tell_pipeline(count: int) -> None:
    """Photos of twelve megapixels a second, beside Pillow alone doing what cannot be left out."""
    from yanzhen.accounts.enums import Role
    from yanzhen.accounts.tests.factories import make_user
    from yanzhen.files.operations import store_photo
    from yanzhen.files.pictures import FULL_SIDE, THUMB_SIDE

    officer = make_user(Role.OPERATOR)
    photos = [_as_a_phone_sends_it(place) for place in range(3)]

    def bare(content: bytes) -> None:
        """Decode as small as will do, scale, encode in both sizes; nothing checked, nothing kept."""
        image = Image.open(io.BytesIO(content))
        image.draft("RGB", (FULL_SIDE, FULL_SIDE))
        image.thumbnail((FULL_SIDE, FULL_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
        image.save(io.BytesIO(), "WEBP", quality=82, method=4)
        image.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
        image.save(io.BytesIO(), "WEBP", quality=76, method=4)

    def ours(content: bytes) -> None:
        store_photo(upload=io.BytesIO(content), name="现场.jpg", actor=officer, now=NOW)

    spent: dict[str, list[float]] = {"ours": [], "bare": []}
    for number in range(count):
        content = photos[number % len(photos)]
        for name, deed in (("ours", ours), ("bare", bare)):
            begun = time.perf_counter()
            deed(content)
            spent[name].append(time.perf_counter() - begun)
    ratio = statistics.median(b / a for a, b in zip(spent["ours"], spent["bare"], strict=True))
    print(f"\n{count} photos of 4000 × 3000, {len(photos[0]) / 1e6:.1f} MB each")
    for name, label in (("ours", "taken in"), ("bare", "Pillow alone")):
        print(f"{label:32}{1 / statistics.median(spent[name]):8.2f} a second")
    print(f"ratio                           {ratio:8.2f}   (goal 0.70)")


def _as_a_phone_sends_it(place: int) -> bytes:
    out = io.BytesIO()
    scene(place).resize((4000, 3000), Image.Resampling.BICUBIC).save(out, "JPEG", quality=92)
    return out.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--places", type=int, default=40)
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--taken-in", type=int, default=24)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="yanzhen-bench-") as home:
        os.environ["YANZHEN_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "yanzhen.settings.test"
        import django
        from django.conf import settings

        django.setup()
        from django.core.management import call_command
        from django.db import connections

        settings.YANZHEN_HOME = Path(home)
        if connections["default"].vendor == "sqlite":
            here = connections["default"].settings_dict
            here["NAME"] = Path(home) / "bench.sqlite3"
            options = here["OPTIONS"]["init_command"].replace("=OFF", "=FULL")
            here["OPTIONS"]["init_command"] = options
        if args.places:
            tell_quality(args.places)
        call_command("migrate", verbosity=0)
        if args.photos:
            tell_look_ups(args.photos)
        if args.taken_in:
            tell_pipeline(args.taken_in)


if __name__ == "__main__":
    main()
