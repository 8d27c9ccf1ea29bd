// All that is on this phone only, as one file to hand over: nothing depends on the network.

import { known, pixelsOf, unsent } from "./keeping.js";
import { dayOf, say } from "./draw.js";
import { visitSent } from "./queue.js";
import { zip } from "./zip.js";

const bytesOf = (text) => new TextEncoder().encode(text);
const plain = (text) => text.replace(/[^\p{L}\p{N}-]+/gu, "_");
const ending = (bytes) => (bytes[0] === 0xff && bytes[1] === 0xd8 ? "jpg" : bytes[0] === 0x89 ? "png" : "bin");

export async function unsentZip(now) {
  const { visits, drafts, photos } = unsent();
  const ofDrafts = drafts.flatMap((visit) => Object.values(visit.checks)).flatMap((check) => check.photos).map((id) => known.photos.get(id));
  const all = [...new Set([...photos, ...ofDrafts.filter(Boolean)])];
  const rows = [...new Set([...visits, ...drafts, ...all.map((photo) => known.visits.get(photo.visit)).filter(Boolean)])];
  const files = [
    [say("zipReadme"), bytesOf(say("zipWords", { name: known.person.name, visits: rows.length, photos: all.length }))],
    ["visits.json", bytesOf(JSON.stringify({ person: known.person, exported_at: now.toISOString(), visits: rows.map(visitSent) }, null, 1))],
  ];
  for (const photo of all) {
    const kept = await pixelsOf(photo.id);
    if (!kept) continue;
    const bytes = new Uint8Array(kept);
    files.push([`photos/${plain(photo.item)}-${photo.id}.${ending(bytes)}`, bytes]);
  }
  return zip(files, now);
}

export async function exportUnsent() {
  const now = new Date();
  const url = URL.createObjectURL(await unsentZip(now));
  const link = document.createElement("a");
  link.href = url;
  link.download = `yanzhen-field-${plain(known.person.name)}-${dayOf(now)}.zip`;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
