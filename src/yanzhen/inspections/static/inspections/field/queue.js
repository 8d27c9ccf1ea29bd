// Sending what is unsent: visits first, then their photos piece by piece. A resend is harmless, so
// whatever broke is sent again, later and later while the network stays bad.

import { known, enter, forgetRound, notePhoto, packNow, pixelsOf, saveFact, savePack, saveVisit, tell, unsent } from "./keeping.js";
import { say } from "./draw.js";
import { Full } from "./store.js";
import * as wire from "./wire.js";

const AT_ONCE = 10;
const FIRST_WAIT = 4_000, LONGEST_WAIT = 300_000;

export const sending = { isBusy: false, sentence: "", failures: 0, done: 0, of: 0 };
let timer = 0;

/** A check as the wire wants it. */
function checkSent(check) {
  const photos = check.photos.map((id) => known.photos.get(id)).filter(Boolean);
  const given = check.part && check.whole ? { part: Number(check.part), whole: Number(check.whole) } : { value: check.value };
  return {
    id: check.id, item: check.item, result: check.result, words: check.words, answered_at: check.answered_at, ...given,
    photos: photos.map(({ id, sha256, size, taken_at, lat, lon, original_sha256 }) => ({ id, sha256, size, taken_at, lat, lon, original_sha256 })),
  };
}

export function visitSent(visit) {
  const { id, round, site, checklist, started_at, finished_at, lat, lon, accuracy_metres, words } = visit;
  return { id, round, site, checklist, started_at, finished_at, lat, lon, accuracy_metres, words, checks: Object.values(visit.checks).map(checkSent) };
}

async function noteAnswer(visit, answer) {
  visit.sentence = answer.sentence;
  if (answer.answer === "refused") {
    visit.state = "refused";
    await saveVisit(visit);
    return;
  }
  const checks = Object.values(visit.checks);
  for (const { id, answer: what, sentence, result, case: number, photos } of answer.checks) {
    const check = checks.find((one) => one.id === id);
    if (!check) continue;
    check.told = { answer: what, sentence, result, case: number };
    for (const said of photos) await notePhotoSaid(known.photos.get(said.id), said);
  }
  visit.state = checks.some((check) => check.told?.answer === "refused") ? "refused" : "sent";
  await saveVisit(visit);
}

async function notePhotoSaid(photo, said) {
  if (!photo) return;
  const { state, received, receipt, sentence } = said;
  await notePhoto(Object.assign(photo, { state, received, receipt, sentence }));
}

async function sendVisits(all) {
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const some = all.slice(at, at + AT_ONCE);
    const answers = await wire.sync(some.map(visitSent), new Date());
    for (const answer of answers) {
      const visit = known.visits.get(answer.id);
      if (visit) await noteAnswer(visit, answer);
    }
    sending.done += some.length;
    tell();
  }
}

/** Send one photo to its end. */
async function sendPhoto(photo) {
  const bytes = await pixelsOf(photo.id);
  if (!bytes) {
    await notePhoto(Object.assign(photo, { state: "refused", sentence: say("pixelsGone") }));
    return;
  }
  while (photo.state === "waiting") {
    try {
      await notePhotoSaid(photo, await wire.photoPiece(photo, bytes));
    } catch (error) {
      if (!(error instanceof wire.Refusal)) throw error;
      if (error.code !== "photo_offset_wrong") {
        photo.sentence = error.message;
        await notePhoto(photo);
        return; // not announced, or spoilt on its way: the next sending tries again
      }
      await notePhotoSaid(photo, await wire.photoState(photo.id));
    }
    tell();
  }
}

const canGo = (photo) => known.visits.get(photo.visit)?.checks[photo.item]?.told?.answer !== "refused" && known.visits.get(photo.visit)?.checks[photo.item]?.told;

async function sendAll(again) {
  const said = await wire.rounds();
  known.isSignedOut = false;
  if (said.person.id !== known.person?.id) await enter(said.person);
  await saveFact("rounds", said.rounds);
  const visits = unsent().visits.filter((visit) => again || visit.state === "queued");
  Object.assign(sending, { done: 0, of: visits.length + unsent().photos.length });
  tell();
  await sendVisits(visits);
  for (const photo of unsent().photos.filter(canGo)) {
    await sendPhoto(photo);
    sending.done += 1;
    tell();
  }
  await refreshPack();
  for (const id of known.packs.keys()) {
    if (!said.rounds.some((round) => round.id === id)) await forgetRound(id);
  }
}

/** The coverage of the others, as of this sync. */
async function refreshPack() {
  const now = packNow();
  if (!now || !known.rounds.some((round) => round.id === now.id)) return;
  const fresh = await wire.pack(now.id, now.tag);
  await savePack(fresh ?? { ...now, loaded_at: new Date().toISOString() });
}

function later() {
  sending.failures += 1;
  clearTimeout(timer);
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (sending.failures - 1));
  timer = setTimeout(() => send(), wait * (0.75 + Math.random() / 2));
}

/** Send all that waits. `again`, by the button, tries whatever the browser thinks of the network, and what was refused. Never throws for the network's sake. */
export async function send({ again = false } = {}) {
  if (sending.isBusy || !(again || navigator.onLine)) return;
  Object.assign(sending, { isBusy: true, sentence: "" });
  clearTimeout(timer);
  tell();
  try {
    await sendAll(again);
    sending.failures = 0;
    if (unsent().visits.some((visit) => visit.state === "queued")) later();
  } catch (error) {
    if (error instanceof wire.SignedOut) known.isSignedOut = true;
    else if (error instanceof Full) known.isFull = true;
    else if (error instanceof wire.Refusal) sending.sentence = error.message;
    else if (error instanceof wire.Later) {
      sending.sentence = error.message && navigator.onLine ? say("later") : "";
      if (navigator.onLine) later();
    } else throw error;
  } finally {
    sending.isBusy = false;
    tell();
  }
}

/** Load a round onto the phone. Raises what the wire raises. */
export async function load(round) {
  const before = known.packs.get(round);
  const fresh = await wire.pack(round, before?.tag);
  await savePack(fresh ?? { ...before, loaded_at: new Date().toISOString() });
  await saveFact("current", round);
}
