// The page of an inspector's day. It starts from what the phone has; the network only adds to it.

import { enter, known, lastPerson, onChange, packNow, tell, unsent } from "./keeping.js";
import { clockOf, dayOf, el, icon, say } from "./draw.js";
import { askToKeep, roomLeft, sizeWords } from "./room.js";
import { meView, scanView, unsentView } from "./pages.js";
import { routeView, SHOWN_AT_ONCE } from "./route.js";
import { send, sending } from "./queue.js";
import { visitView } from "./visit.js";

const app = document.getElementById("field");
const { signIn, signOut, worker: workerUrl, page: pageUrl } = app.dataset;
const TABS = [["", "route", "route"], ["scan", "search", "scanTab"], ["unsent", "upload", "unsent"], ["me", "user", "me"]];
const view = { shown: SHOWN_AT_ONCE, report: "", waiting: null, isVisit: false };

const place = () => decodeURIComponent(location.hash.replace(/^#\/?/, "")).split("/");
const leaveTo = (site) => { location.hash = site ? `#/visit/${encodeURIComponent(site.code)}` : "#/"; };

// ---- the frame ------------------------------------------------------------------------------------

function notes() {
  const { visits, photos, checks } = unsent();
  const rows = [];
  const bar = (href, drawing, words, small, kind = "") => rows.push(el(href ? "a" : "p", { class: `f-net${kind}`, href, role: href ? null : "status" }, icon(drawing), el("span", {}, words, small ? el("small", {}, small) : null), href ? icon("right") : null));
  if (known.isSignedOut) bar(`${signIn}?next=${encodeURIComponent(pageUrl)}`, "lock", say("signedOut"), say("signedOutSmall"));
  if (known.isFull) bar("#/unsent", "warn", say("noRoom"), say("noRoomSmall"), " f-net-bad");
  else if (known.room?.isTight) bar("#/unsent", "warn", say("tight", { size: sizeWords(known.room.left), n: known.room.photos }), say("tightSmall"), " f-net-bad");
  if (!navigator.onLine && place()[0] !== "visit") bar("#/unsent", "warn", visits.length || photos.length ? say("offlineUnsent", { checks, photos: photos.length }) : say("offlineNow"), say("offlineSmall"));
  if (view.report) bar(null, "warn", view.report, "", " f-net-bad");
  return rows.length ? el("aside", { "aria-label": say("notes") }, rows) : null;
}

function tabs(now) {
  const { visits, photos } = unsent();
  const count = visits.length + photos.length;
  return el("nav", { class: "f-foot f-tabs", "aria-label": say("menu") }, TABS.map(([name, drawing, words]) => el("a", { href: `#/${name}`, "aria-current": name === now ? "page" : null },
    icon(drawing), say(words), name === "unsent" && count ? el("em", {}, String(count)) : null)));
}

function top(words, small) {
  return el("header", { class: "f-top" }, el("h1", {}, words, small ? el("small", {}, small) : null));
}

const TITLES = { "": "today", scan: "scanTab", unsent: "unsent", me: "me" };
const today = () => {
  const now = new Date();
  return `${dayOf(now)} ${now.toLocaleDateString(document.documentElement.lang, { weekday: "short" })} ${clockOf(now)}`;
};

function body(name) {
  if (!window.isSecureContext) return el("main", { id: "main" }, el("p", { class: "f-card" }, say("notSecure")));
  if (name === "scan") return scanView(leaveTo);
  if (name === "unsent") return unsentView();
  if (name === "me") return meView({ signOut, update, hasUpdate: Boolean(view.waiting) });
  if (!known.person) return el("main", { id: "main" }, el("p", { class: "f-card" }, say("firstTime")));
  return routeView((words) => { view.report = words; }, view.shown, () => { view.shown = Infinity; draw(); });
}

/** Draw the page anew. A visit draws its own rows: what is typed there must not move. */
function draw({ moved = false } = {}) {
  const [name, code] = place();
  const pack = packNow();
  const site = name === "visit" ? pack?.sites.find((one) => one.mine && one.code === code) : null;
  if (site) {
    if (moved || !view.isVisit) {
      app.replaceChildren(...visitView(pack, site, () => leaveTo(null)).filter(Boolean));
      window.scrollTo(0, 0);
    }
    visitNotes();
    view.isVisit = true;
    return;
  }
  view.isVisit = false;
  const tab = name in TITLES ? name : "";
  if (!moved && tab === "scan" && app.querySelector("[name=code]")) return; // a code is being typed
  app.replaceChildren(...[top(say(TITLES[tab]), tab === "" ? today() : ""), notes(), body(tab), tabs(tab)].filter(Boolean));
}

function visitNotes() {
  const old = app.querySelector("aside");
  const fresh = notes();
  if (old) old.remove();
  if (fresh) app.querySelector(".f-top").after(fresh);
}

// ---- how it begins --------------------------------------------------------------------------------

function dress() {
  const cookie = (name) => new RegExp(`(?:^|; )yanzhen_${name}=(\\w+)`).exec(document.cookie)?.[1];
  if (cookie("theme")) document.documentElement.dataset.theme = cookie("theme");
  document.documentElement.classList.toggle("elder", cookie("elder") === "on");
}

function update() {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
  view.waiting.postMessage("take-over");
}

async function register() {
  if (!("serviceWorker" in navigator)) {
    view.report = say("notOffline");
    return;
  }
  const registration = await navigator.serviceWorker.register(workerUrl, { scope: pageUrl });
  const note = () => {
    view.waiting = navigator.serviceWorker.controller ? registration.waiting : null;
    tell();
  };
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", note));
  note();
}

async function measure() {
  known.room = await roomLeft();
  tell();
}

async function begin() {
  dress();
  let drawing = 0;
  onChange(() => {
    cancelAnimationFrame(drawing);
    drawing = requestAnimationFrame(() => draw());
  });
  window.addEventListener("hashchange", () => { view.report = ""; draw({ moved: true }); });
  window.addEventListener("online", () => { tell(); sending.failures = 0; send(); });
  window.addEventListener("offline", () => tell());
  document.addEventListener("visibilitychange", () => { if (!document.hidden && navigator.onLine) send(); });
  const person = lastPerson();
  if (person) await enter(person);
  draw({ moved: true });
  await Promise.all([register().catch(() => { view.report = say("notOffline"); }), measure(), askToKeep()]);
  if (navigator.onLine) await send();
}

begin();
