// How much room the phone has left, told before it is too late.

const TIGHT_BYTES = 60 * 1024 * 1024;
const TIGHT_SHARE = 0.9;
const PHOTO_BYTES = 400 * 1024;

/** `{left, photos, isTight, isKept}`; `left` is null where the browser does not say. */
export async function roomLeft() {
  const storage = navigator.storage;
  if (!storage?.estimate) return { left: null, photos: null, isTight: false, isKept: false };
  const { usage = 0, quota = 0 } = await storage.estimate();
  const isKept = storage.persisted ? await storage.persisted() : false;
  const left = Math.max(0, quota - usage);
  const isTight = quota > 0 && (left < TIGHT_BYTES || usage / quota > TIGHT_SHARE);
  return { left, photos: Math.floor(left / PHOTO_BYTES), isTight, isKept };
}

/** Ask that the browser does not clear this page's data by itself when it needs room. */
export async function askToKeep() {
  return navigator.storage?.persist ? navigator.storage.persist() : false;
}

export function sizeWords(bytes) {
  if (bytes < 1024 * 1024) return `${Math.ceil(bytes / 1024)} KB`;
  if (bytes >= 1024 ** 3) return `${(bytes / 1024 ** 3).toFixed(1)} GB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
