// All that the page knows, in memory and on the phone. Every change is written at once; where the
// phone is full it stays in memory and in a second, small place until it can be written.

import { Full, openStore } from "./store.js";
import { verdict } from "./judge.js";

const PERSON = "yanzhen-field-person";
const RESCUE = "yanzhen-field-rescue";

export const known = {
  person: null, rounds: [], packs: new Map(), visits: new Map(), photos: new Map(), current: null,
  isFull: false, isSignedOut: false, room: null,
};

let store = null;
let changed = () => {};
export const onChange = (react) => { changed = react; };
export const tell = () => changed();

function kept(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null; // a forbidden store remembers nobody
  }
}

/** False where even the second place is full or forbidden. */
function keep(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

const rescueName = (id) => `${RESCUE}:${known.person.id}:${id}`;

/** Whoever used this page last on this phone; offline nobody else can be. */
export const lastPerson = () => kept(PERSON);

/** Open what this inspector has on this phone. */
export async function enter(person) {
  if (known.person?.id === person.id) return;
  store = await openStore(person.id);
  Object.assign(known, { person, rounds: [], current: null });
  keep(PERSON, person);
  const [packs, visits, photos, facts] = await Promise.all(["packs", "visits", "photos", "facts"].map((name) => store.all(name)));
  const index = (rows) => new Map(rows.map((row) => [row.id, row]));
  Object.assign(known, { packs: index(packs), visits: index(visits), photos: index(photos) });
  const said = Object.fromEntries(facts.map((fact) => [fact.name, fact.value]));
  known.rounds = said.rounds ?? [];
  known.current = said.current ?? packs[0]?.id ?? null;
  await bringBack();
  tell();
}

/** Visits that found no room on an earlier day. */
async function bringBack() {
  const names = Object.keys(localStorage).filter((name) => name.startsWith(`${RESCUE}:${known.person.id}:`));
  for (const name of names) {
    const visit = kept(name);
    if (!visit) continue;
    known.visits.set(visit.id, visit);
    await saveVisit(visit);
  }
}

export async function saveFact(name, value) {
  known[name] = value;
  await store.write([["facts", { name, value }]]);
}

export async function savePack(pack) {
  await store.write([["packs", pack]]);
  known.packs.set(pack.id, pack);
  tell();
}

/** Keep a visit as it is now. Never throws for want of room: it stays, and the page says so. */
export async function saveVisit(visit) {
  known.visits.set(visit.id, visit);
  try {
    await store.write([["visits", visit]]);
    localStorage.removeItem(rescueName(visit.id));
    known.isFull = false;
  } catch (error) {
    if (!(error instanceof Full)) throw error;
    known.isFull = true;
    keep(rescueName(visit.id), visit);
    tell();
  }
}

/** Keep a photo with its visit, all or nothing. Raises `Full`; then the visit is as it was. */
export async function savePhoto(visit, check, photo, pixels) {
  check.photos.push(photo.id);
  try {
    await store.write([["pixels", pixels], ["photos", photo], ["visits", visit]]);
  } catch (error) {
    check.photos.splice(check.photos.indexOf(photo.id), 1);
    known.isFull = error instanceof Full;
    tell();
    throw error;
  }
  known.photos.set(photo.id, photo);
}

export async function dropPhoto(visit, check, id) {
  check.photos = check.photos.filter((one) => one !== id);
  known.photos.delete(id);
  await store.write([["visits", visit]], [["photos", id], ["pixels", id]]);
}

/** Note how far a photo is; once the server has it, its pixels make room. */
export async function notePhoto(photo) {
  known.photos.set(photo.id, photo);
  const gone = photo.state === "stored" ? [["pixels", photo.id]] : [];
  await store.write([["photos", photo]], gone);
}

export const pixelsOf = async (id) => (await store.get("pixels", id))?.bytes ?? null;

/** Give back the room of a round that is over, once nothing of it is on this phone only. */
export async function forgetRound(id) {
  const visits = [...known.visits.values()].filter((visit) => visit.round === id);
  const photos = visits.flatMap(photosOf);
  if (visits.some((visit) => visit.state !== "sent") || photos.some((photo) => photo.state !== "stored")) return;
  await store.write([], [["packs", id], ...visits.map((visit) => ["visits", visit.id]), ...photos.flatMap((photo) => [["photos", photo.id], ["pixels", photo.id]])]);
  known.packs.delete(id);
  for (const visit of visits) known.visits.delete(visit.id);
  for (const photo of photos) known.photos.delete(photo.id);
  if (known.current === id) await saveFact("current", [...known.packs.keys()][0] ?? null);
}

// ---- what there is --------------------------------------------------------------------------------

export const packNow = () => known.packs.get(known.current) ?? null;

export function visitAt(round, site) {
  return [...known.visits.values()].find((visit) => visit.round === round && visit.site === site) ?? null;
}

export function startVisit(pack, site) {
  return {
    id: crypto.randomUUID(), round: pack.id, site: site.code, site_name: site.name, checklist: site.checklist,
    started_at: new Date().toISOString(), finished_at: null, lat: null, lon: null, accuracy_metres: null,
    words: "", state: "draft", sentence: "", checks: {},
  };
}

export function checkOf(visit, item) {
  visit.checks[item.code] ??= {
    id: crypto.randomUUID(), item: item.code, result: "", value: "", part: "", whole: "", words: "",
    answered_at: new Date().toISOString(), photos: [], told: null,
  };
  return visit.checks[item.code];
}

const photosOf = (visit) => Object.values(visit.checks).flatMap((check) => check.photos).map((id) => known.photos.get(id)).filter(Boolean);

export const failures = (visit, items) => items.filter((item) => verdict(item, visit.checks[item.code]) === "fail").length;

/** What is on this phone only: `{visits, checks, photos, bytes, drafts}`. */
export function unsent() {
  const rows = [...known.visits.values()];
  const waiting = rows.filter((visit) => visit.state === "queued" || visit.state === "refused");
  const photos = rows.filter((visit) => visit.state !== "draft").flatMap(photosOf).filter((photo) => photo.state === "waiting");
  const open = (check) => !check.told || check.told.answer === "refused";
  return {
    visits: waiting, photos,
    drafts: rows.filter((visit) => visit.state === "draft"),
    checks: waiting.flatMap((visit) => Object.values(visit.checks).filter(open)).length,
    bytes: photos.reduce((sum, photo) => sum + photo.size - photo.received, 0),
  };
}
