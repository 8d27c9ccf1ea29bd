// A picture from the camera, made small enough for 2G. When and where it was taken stands beside
// the pixels, because a canvas strips them; so does the hash of the original.

import { readExif } from "../../js/upload.js";

const LONGEST = 1600, THUMB = 240;
const QUALITY = 0.8, THUMB_QUALITY = 0.6;
const SMALL_ENOUGH = 350 * 1024;
export const LARGEST = 30 * 1024 * 1024;

export async function sha256(bytes) {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function decoded(url) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error("not a picture"));
    image.src = url;
  });
}

function drawn(image, longest) {
  const scale = Math.min(1, longest / Math.max(image.naturalWidth, image.naturalHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

async function shrunk(file, image) {
  if (file.size <= SMALL_ENOUGH) return null;
  const canvas = drawn(image, LONGEST);
  const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
  return blob && blob.size < file.size ? blob.arrayBuffer() : null;
}

/** `[photo, pixels]` as they are kept; null where the file is no picture or too large. */
export async function prepared(file, visit, item) {
  if (file.type && !file.type.startsWith("image/")) return null;
  const original = await file.arrayBuffer();
  const url = URL.createObjectURL(file);
  let bytes = original, thumb = "";
  try {
    const image = await decoded(url);
    bytes = (await shrunk(file, image)) ?? original;
    thumb = drawn(image, THUMB).toDataURL("image/jpeg", THUMB_QUALITY);
  } catch {
    // of a kind that this browser cannot show (HEIC): it goes as it is, and the server decides
  } finally {
    URL.revokeObjectURL(url);
  }
  if (bytes.byteLength === 0 || bytes.byteLength > LARGEST) return null;
  const exif = readExif(original);
  const id = crypto.randomUUID();
  const photo = {
    id, visit, item, thumb,
    size: bytes.byteLength,
    sha256: await sha256(bytes),
    original_size: original.byteLength,
    original_sha256: bytes === original ? null : await sha256(original),
    taken_at: new Date(exif.takenAt ?? file.lastModified).toISOString(),
    lat: exif.lat === null ? null : exif.lat.toFixed(6),
    lon: exif.lon === null ? null : exif.lon.toFixed(6),
    state: "waiting", received: 0, receipt: "", sentence: "",
  };
  photo.original_sha256 ??= photo.sha256;
  return [photo, { id, bytes }];
}
