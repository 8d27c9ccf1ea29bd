// The smaller pages: starting by the plate, what is unsent, and oneself.

import { known, packNow, unsent } from "./keeping.js";
import { el, icon, say, tag } from "./draw.js";
import { exportUnsent } from "./export.js";
import { send, sending } from "./queue.js";
import { sizeWords } from "./room.js";
import { csrf } from "./wire.js";

/** The site's code in what a plate's QR code or a person says: an address or the bare code. */
export function codeIn(text) {
  const last = text.trim().split(/[?#]/)[0].replace(/\/+$/, "").split("/").pop();
  try {
    return decodeURIComponent(last).trim();
  } catch {
    return last; // a stray per cent sign: it is no address
  }
}

export function siteByCode(text) {
  const code = codeIn(text).toLowerCase();
  return packNow()?.sites.find((site) => site.mine && site.code.toLowerCase() === code) ?? null;
}

async function readCode(file) {
  if (!("BarcodeDetector" in window)) return "";
  // eslint-disable-next-line compat/compat -- asked for above; who lacks it types the code
  const found = await new window.BarcodeDetector({ formats: ["qr_code"] }).detect(await createImageBitmap(file));
  return found[0]?.rawValue ?? "";
}

export function scanView(go) {
  const said = el("p", { class: "f-note f-note-bad", role: "alert", hidden: true });
  const input = el("input", { class: "f-in", name: "code", autocomplete: "off", autocapitalize: "characters", required: true });
  const start = (text) => {
    const site = siteByCode(text);
    if (site) return go(site);
    said.hidden = false;
    said.textContent = say(packNow() ? "codeUnknown" : "loadFirst", { code: codeIn(text) });
    return null;
  };
  const take = async (event) => {
    const [file] = event.target.files;
    const text = file ? await readCode(file) : "";
    if (text) start(text);
    else {
      said.hidden = false;
      said.textContent = say("noCode");
    }
  };
  return el("main", { id: "main", tabindex: "-1" }, said,
    "BarcodeDetector" in window
      ? el("label", { class: "f-cam f-cam-wide" }, icon("camera"), el("span", {}, say("scan")), el("input", { class: "vh", type: "file", accept: "image/*", capture: "environment", "aria-label": say("scan"), onchange: take }))
      : el("p", { class: "f-card f-small" }, say("scanElsewhere")),
    el("form", { class: "f-card", onsubmit: (event) => { event.preventDefault(); start(input.value); } },
      el("label", { class: "f-field" }, say("siteCode"), input),
      el("button", { class: "btn btn-primary btn-l btn-wide", type: "submit" }, say("start"))));
}

function exporting(button) {
  return async () => {
    button.disabled = true;
    await exportUnsent();
    button.disabled = false;
  };
}

function exportButton() {
  const button = el("button", { class: "btn btn-l btn-wide", type: "button" }, icon("download"), say("export"));
  button.addEventListener("click", exporting(button));
  return button;
}

export function unsentView() {
  const { visits, photos, drafts, checks, bytes } = unsent();
  const bad = [...known.photos.values()].filter((photo) => photo.state === "refused");
  const href = (visit) => (visit.round === known.current ? `#/visit/${encodeURIComponent(visit.site)}` : null);
  const nothing = !visits.length && !photos.length && !drafts.length;
  const rowOf = (visit, mark) => el("li", {}, el(href(visit) ? "a" : "div", { class: "f-row", href: href(visit) },
    el("span", { class: "f-grow" }, visit.site_name, el("small", {}, visit.sentence || Object.values(visit.checks).map((check) => check.told?.answer === "refused" && check.told.sentence).find(Boolean) || say("checksOf", { n: Object.keys(visit.checks).length }))), mark));
  return el("main", { id: "main", tabindex: "-1" },
    el("section", { class: "f-card", "aria-label": say("unsent") },
      el("p", { class: "f-total", role: "status" }, nothing ? say("nothingUnsent") : say("unsentWords", { visits: visits.length, checks, photos: photos.length, size: sizeWords(bytes) })),
      sending.isBusy && sending.of ? el("progress", { max: String(sending.of), value: String(sending.done), "aria-label": say("sending") }) : null,
      sending.sentence ? el("p", { class: "f-note f-note-bad" }, sending.sentence) : null,
      el("button", { class: "btn btn-primary btn-l btn-wide", type: "button", disabled: sending.isBusy, onclick: () => send({ again: true }) }, icon("upload"), say(sending.isBusy ? "sending" : "sendNow")),
      nothing ? null : exportButton(),
      nothing ? null : el("p", { class: "f-small" }, say("exportHint"))),
    visits.length ? [el("h2", { class: "f-sec" }, say("waitingVisits")), el("ol", { class: "f-rows" }, visits.map((visit) => rowOf(visit, visit.state === "refused" ? tag("no", "warn", say("is_refused")) : tag("wait", "upload", say("is_phone")))))] : null,
    photos.length ? [el("h2", { class: "f-sec" }, say("waitingPhotos")), el("ol", { class: "f-rows" }, photos.map((photo) => photoRow(photo)))] : null,
    bad.length ? [el("h2", { class: "f-sec" }, say("refusedPhotos")), el("ol", { class: "f-rows" }, bad.map((photo) => photoRow(photo)))] : null,
    drafts.length ? [el("h2", { class: "f-sec" }, say("drafts")), el("ol", { class: "f-rows" }, drafts.map((visit) => rowOf(visit, tag("na", "edit", say("is_draft")))))] : null);
}

function photoRow(photo) {
  const visit = known.visits.get(photo.visit);
  const words = photo.sentence || say("photoProgress", { n: sizeWords(photo.received), of: sizeWords(photo.size) });
  return el("li", { class: "f-row" }, photo.thumb ? el("img", { class: "f-mini", src: photo.thumb, alt: "" }) : null,
    el("span", { class: "f-grow" }, visit?.site_name ?? "", el("small", {}, words)));
}

export function meView({ signOut, update, hasUpdate }) {
  const { room } = known;
  return el("main", { id: "main", tabindex: "-1" },
    el("section", { class: "f-card" }, el("h2", {}, known.person?.name ?? say("nobody")),
      room && room.left !== null ? el("p", { class: "f-small" }, say("roomLeft", { size: sizeWords(room.left), n: room.photos })) : null,
      room && room.left !== null ? el("p", { class: "f-small" }, say(room.isKept ? "kept" : "notKept")) : null),
    hasUpdate ? el("button", { class: "btn btn-l btn-wide", type: "button", onclick: update }, icon("refresh"), say("update")) : null,
    el("a", { class: "btn btn-l btn-wide", href: "/" }, say("desk")),
    el("form", { action: signOut, method: "post", onsubmit: leave },
      el("input", { type: "hidden", name: "csrfmiddlewaretoken", value: csrf() }),
      el("button", { class: "btn btn-l btn-wide", type: "submit", disabled: !csrf() }, icon("logout"), say("signOut"))));
}

/** Who signs out with unsent work is asked first; the work stays on the phone either way. */
function leave(event) {
  const { visits, photos, drafts } = unsent();
  if (!visits.length && !photos.length && !drafts.length) return;
  event.preventDefault();
  const form = event.target;
  const dialog = el("dialog", { class: "f-dialog", "aria-label": say("signOut") },
    el("p", {}, say("signOutWarn", { visits: visits.length + drafts.length, photos: photos.length })),
    el("a", { class: "btn btn-primary btn-l btn-wide", href: "#/unsent", onclick: () => dialog.close() }, say("sendFirst")),
    exportButton(),
    el("button", { class: "btn btn-l btn-wide", type: "button", onclick: () => form.submit() }, say("signOutAnyway")));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
