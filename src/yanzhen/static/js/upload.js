// Photos before they are sent: thumbnails with time and place, large ones shrunk, and the EXIF of
// the original kept: its segment goes into the shrunk file, and what it says into a hidden field.
// Without script the file field posts the originals.

/* global DataTransfer -- Safari 14.1, Chromium 60 */
const LONGEST = 2048;
const SHRINK_FROM = 3 * 1024 * 1024;
const LARGEST = 30 * 1024 * 1024;
const QUALITY = 0.86;
const WORDS = JSON.parse(document.getElementById("yanzhen-words")?.textContent ?? "{}");

// ---- EXIF: only what the record needs -------------------------------------------------------------

const ORIENTATION = 0x0112, EXIF = 0x8769, GPS = 0x8825, TAKEN = 0x9003, OFFSET = 0x9011;
const SIZES = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8 };

/** The bytes of the EXIF segment of a JPEG without its marker, and where in the file they begin. */
function exifSegment(bytes) {
  if (bytes.length < 4 || bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1];
    if (marker === 0xda || marker === 0xd9) return null;
    const length = (bytes[at + 2] << 8) | bytes[at + 3];
    if (length < 2 || at + 2 + length > bytes.length) return null;
    const body = bytes.subarray(at + 4, at + 2 + length);
    if (marker === 0xe1 && String.fromCharCode(...body.subarray(0, 6)) === "Exif\0\0") return body;
    at += 2 + length;
  }
  return null;
}

function tiff(body) {
  const view = new DataView(body.buffer, body.byteOffset + 6, body.length - 6);
  const order = view.getUint16(0);
  const little = order === 0x4949;
  if ((!little && order !== 0x4d4d) || view.getUint16(2, little) !== 42) return null;
  const directory = (at) => {
    const entries = new Map();
    if (!at || at + 2 > view.byteLength) return entries;
    const count = view.getUint16(at, little);
    for (let n = 0; n < count && at + 14 + n * 12 <= view.byteLength; n += 1) {
      const entry = at + 2 + n * 12;
      const type = view.getUint16(entry + 2, little);
      const length = view.getUint32(entry + 4, little);
      const size = (SIZES[type] ?? 1) * length;
      const where = size > 4 ? view.getUint32(entry + 8, little) : entry + 8;
      if (where + size <= view.byteLength) entries.set(view.getUint16(entry, little), { type, length, where });
    }
    return entries;
  };
  const number = (entry) => entry && (entry.type === 3 ? view.getUint16(entry.where, little) : view.getUint32(entry.where, little));
  const text = (entry) => {
    if (!entry) return "";
    let words = "";
    for (let n = 0; n < entry.length; n += 1) words += String.fromCharCode(view.getUint8(entry.where + n));
    return words.replace(/\0.*$/s, "").trim();
  };
  const degrees = (entry, side) => {
    if (!entry || entry.length !== 3) return null;
    const [d, m, s] = [0, 8, 16].map((n) => {
      const below = view.getUint32(entry.where + n + 4, little);
      return below ? view.getUint32(entry.where + n, little) / below : 0;
    });
    const angle = d + m / 60 + s / 3600;
    return Number((side === "S" || side === "W" ? -angle : angle).toFixed(7));
  };
  return { view, little, directory, number, text, degrees };
}

/** When and where a JPEG was taken, by its own account. Never throws: a broken account is no account. */
export function readExif(buffer) {
  const nothing = { takenAt: null, lat: null, lon: null, segment: null };
  try {
    const segment = exifSegment(new Uint8Array(buffer));
    const file = segment && tiff(segment);
    if (!file) return nothing;
    const main = file.directory(file.view.getUint32(4, file.little));
    const detail = file.directory(file.number(main.get(EXIF)));
    const place = file.directory(file.number(main.get(GPS)));
    const taken = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(file.text(detail.get(TAKEN)));
    const offset = file.text(detail.get(OFFSET));
    const lat = file.degrees(place.get(2), file.text(place.get(1)));
    const lon = file.degrees(place.get(4), file.text(place.get(3)));
    const known = lat !== null && lon !== null && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && (lat !== 0 || lon !== 0);
    return {
      takenAt: taken && taken[1] !== "0000" ? `${taken[1]}-${taken[2]}-${taken[3]}T${taken[4]}${/^[+-]\d\d:\d\d$/.test(offset) ? offset : ""}` : null,
      lat: known ? lat : null,
      lon: known ? lon : null,
      segment,
    };
  } catch {
    return nothing;
  }
}

/** Put the EXIF segment of the original into a JPEG that a canvas wrote, upright as it was drawn. */
export function withExif(jpeg, segment) {
  const copy = segment.slice();
  const file = tiff(copy);
  const turned = file?.directory(file.view.getUint32(4, file.little)).get(ORIENTATION);
  if (turned) file.view.setUint16(turned.where, 1, file.little);
  const length = copy.length + 2;
  return new Blob([jpeg.subarray(0, 2), new Uint8Array([0xff, 0xe1, length >> 8, length & 0xff]), copy, jpeg.subarray(2)], { type: "image/jpeg" });
}

// ---- shrinking ------------------------------------------------------------------------------------

function decode(url) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = reject;
    image.src = url;
  });
}

async function shrink(file, image, segment) {
  const scale = Math.min(1, LONGEST / Math.max(image.naturalWidth, image.naturalHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.naturalWidth * scale);
  canvas.height = Math.round(image.naturalHeight * scale);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
  if (!blob || blob.size >= file.size) return file;
  const jpeg = new Uint8Array(await blob.arrayBuffer());
  const name = file.name.replace(/\.[^.]*$/, "") + ".jpg";
  return new File([segment ? withExif(jpeg, segment) : blob], name, { type: "image/jpeg", lastModified: file.lastModified });
}

async function prepare(file) {
  const exif = readExif(await file.arrayBuffer());
  const url = URL.createObjectURL(file);
  const photo = { file, url, exif, shrunk: false, problem: "", seen: true };
  try {
    const image = await decode(url);
    if (file.size > SHRINK_FROM) {
      photo.file = await shrink(file, image, exif.segment);
      photo.shrunk = photo.file !== file;
    }
  } catch {
    photo.seen = false; // not a picture, or of a kind this browser cannot show: the server decides
    if (file.type && !file.type.startsWith("image/")) photo.problem = WORDS.notAPhoto;
  }
  if (!photo.problem && photo.file.size > LARGEST) photo.problem = WORDS.photoTooLarge;
  return photo;
}

// ---- the box --------------------------------------------------------------------------------------

function caption(photo) {
  if (photo.problem) return photo.problem;
  const { takenAt, lat } = photo.exif;
  const time = takenAt ? `${takenAt.slice(5, 10)} ${takenAt.slice(11, 16)}` : WORDS.noTime;
  return `${time} · ${lat === null ? WORDS.noPlace : WORDS.hasPlace}`;
}

function card(photo, remove) {
  const box = document.createElement("div");
  box.className = photo.problem ? "shot-card shot-card-bad" : "shot-card";
  if (photo.seen) {
    const image = document.createElement("img");
    image.src = photo.url;
    image.alt = photo.file.name;
    box.append(image);
  }
  const words = document.createElement("p");
  if (!photo.seen) words.append(photo.file.name, document.createElement("br"));
  words.append(caption(photo));
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.textContent = "×";
  button.setAttribute("aria-label", `${WORDS.takeAway} ${photo.file.name}`);
  button.addEventListener("click", remove);
  box.append(words, button);
  return box;
}

function start(root) {
  for (const box of root.querySelectorAll("[data-upload]:not([data-ready])")) {
    const input = box.querySelector("input[type=file]");
    const shots = box.querySelector("[data-shots]");
    const facts = box.querySelector("[data-facts]");
    const say = box.querySelector("[data-upload-say]");
    if (!input || !shots) continue;
    box.dataset.ready = "";
    let photos = [];
    const buttons = () => input.form?.querySelectorAll("[type=submit]") ?? [];

    const show = () => {
      const good = photos.filter((photo) => !photo.problem);
      const files = new DataTransfer();
      for (const photo of good) files.items.add(photo.file);
      input.files = files.files;
      if (facts) {
        facts.value = good.length ? JSON.stringify(good.map(({ file, exif, shrunk }) => ({ name: file.name, taken_at: exif.takenAt, lat: exif.lat, lon: exif.lon, shrunk }))) : "";
      }
      for (const old of shots.querySelectorAll(".shot-card")) old.remove();
      for (const photo of photos) {
        shots.insertBefore(card(photo, () => {
          URL.revokeObjectURL(photo.url);
          photos = photos.filter((other) => other !== photo);
          show();
          input.focus();
        }), shots.lastElementChild);
      }
      const words = box.querySelector("[data-shoot-words]");
      if (words && input.multiple && photos.length) words.textContent = WORDS.oneMore;
      box.dispatchEvent(new CustomEvent("photos-changed", { bubbles: true, detail: { count: good.length } }));
    };

    input.addEventListener("change", async () => {
      const fresh = [...input.files];
      if (!fresh.length) {
        show(); // a cancelled dialog empties the field: put back what was there
        return;
      }
      for (const button of buttons()) button.disabled = true;
      if (say) {
        say.hidden = false;
        say.textContent = WORDS.shrinking;
      }
      const prepared = [];
      for (const file of fresh) prepared.push(await prepare(file)); // one at a time: a cheap phone has little memory
      if (!input.multiple) for (const photo of photos) URL.revokeObjectURL(photo.url);
      photos = input.multiple ? [...photos, ...prepared] : prepared.slice(0, 1);
      show();
      if (say) say.hidden = true;
      for (const button of buttons()) button.disabled = false;
    });
  }
}

start(document);
document.addEventListener("htmx:load", (event) => start(event.target.parentElement ?? document));
