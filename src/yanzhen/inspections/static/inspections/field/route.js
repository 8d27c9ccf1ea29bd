// Today's route: how far the round is, the next site, what is left and what was done, and the team.

import { failures, known, packNow, saveFact, tell, unsent, visitAt } from "./keeping.js";
import { clockOf, dayOf, el, icon, say, svg, tag, under } from "./draw.js";
import { itemsOf } from "./judge.js";
import { load } from "./queue.js";
import { Full } from "./store.js";
import { SignedOut } from "./wire.js";

const METRES = 111_320; // of a degree of latitude
const NEAR = 10; // metres that nobody needs to be told
const WALK = 70; // metres a minute
const SHOWN_AT_ONCE = 6;
const SIDES = ["east", "northeast", "north", "northwest", "west", "southwest", "south", "southeast"];

/** How far and whereto from one site to the next, as the crow flies; "" where a place is unknown. */
function way(from, to) {
  if (!from?.lat || !to?.lat) return null;
  const north = (to.lat - from.lat) * METRES;
  const east = (to.lon - from.lon) * METRES * Math.cos((from.lat * Math.PI) / 180);
  const metres = Math.hypot(north, east);
  if (metres < NEAR) return null;
  const side = SIDES[(Math.round(Math.atan2(north, east) / (Math.PI / 4)) + 8) % 8];
  return { metres, side, minutes: Math.max(1, Math.round(metres / WALK)) };
}

const far = (metres) => (metres < 1000 ? say("metres", { n: Math.round(metres / 10) * 10 }) : say("kilometres", { n: (metres / 1000).toFixed(1) }));

/** "left", "draft", "phone" or "sent": how far my site is. */
function stateOf(pack, site) {
  const visit = visitAt(pack.id, site.code);
  if (!visit) return site.state === "mine" ? "sent" : "left";
  if (visit.state === "draft") return "draft";
  const waits = Object.values(visit.checks).flatMap((check) => check.photos).some((id) => known.photos.get(id)?.state === "waiting");
  return visit.state === "sent" && !waits ? "sent" : visit.state === "refused" ? "refused" : "phone";
}

const link = (site) => `#/visit/${encodeURIComponent(site.code)}`;

export function mySites(pack) {
  return pack.sites.filter((site) => site.mine).sort((one, other) => one.position - other.position);
}

function progressCard(pack, sites) {
  const counts = { sent: 0, phone: 0, left: 0 };
  const marks = sites.map((site) => {
    const state = stateOf(pack, site);
    return state === "sent" ? "sent" : state === "left" || state === "draft" ? "left" : "phone";
  });
  for (const mark of marks) counts[mark] += 1;
  const photos = [...known.photos.values()].filter((photo) => known.visits.get(photo.visit)?.round === pack.id);
  const there = photos.filter((photo) => photo.state === "stored").length;
  return el("section", { class: "f-card", "aria-label": say("progress") },
    el("div", { class: "f-hd" }, el("h2", {}, pack.round.name), el("p", { class: "f-big" }, String(counts.sent + counts.phone), el("small", {}, say("ofSites", { n: sites.length })))),
    el("div", { class: "f-seg", role: "img", "aria-label": say("progressWords", counts) }, marks.sort((one, other) => order(one) - order(other)).map((mark) => el("i", { class: `f-is-${mark}` }))),
    el("p", { class: "f-key" }, ["sent", "phone", "left"].map((mark) => el("span", {}, el("i", { class: `f-is-${mark}` }), `${say(`is_${mark}`)} ${counts[mark]}`))),
    el("p", { class: "f-small" }, say("photosUp", { n: there, of: photos.length })));
}

const order = (mark) => ["sent", "phone", "left"].indexOf(mark);

function nextCard(pack, site, number, before) {
  const items = itemsOf(pack, site);
  const path = way(before, site);
  const begun = Boolean(visitAt(pack.id, site.code));
  return el("section", { class: "f-card", "aria-label": say("next") },
    el("p", { class: "f-small" }, say("nextNumber", { n: number })),
    el("h2", { class: "f-name" }, site.name),
    el("p", { class: "f-small" }, under(site), site.address ? el("br") : null, site.address || null),
    path ? el("p", { class: "f-small" }, el("b", {}, say("walk", { side: say(path.side), far: far(path.metres) })), say("walkMinutes", { n: path.minutes })) : null,
    el("p", { class: "f-small" }, say("listOf", { n: items.length }), site.last ? say("lastTime", { on: site.last.on.slice(5), words: site.last.failed.join("、") }) : null),
    el("div", { class: "f-split" },
      el("a", { class: "btn btn-primary btn-l", href: link(site) }, say(begun ? "goOn" : "start")),
      site.lat ? el("a", { class: "btn btn-l", href: `geo:${site.lat},${site.lon}?q=${site.lat},${site.lon}(${encodeURIComponent(site.name)})` }, icon("route"), say("lead")) : null));
}

function leftRow(site, number, before) {
  const path = way(before, site);
  return el("li", {}, el("a", { class: "f-row", href: link(site) }, el("span", { class: "f-n" }, String(number)),
    el("span", { class: "f-grow" }, site.name, el("small", {}, under(site))),
    path ? el("span", { class: "f-v" }, far(path.metres)) : null));
}

function doneRow(pack, site, number) {
  const visit = visitAt(pack.id, site.code);
  const state = stateOf(pack, site);
  const failed = visit ? failures(visit, itemsOf(pack, site)) : 0;
  const words = visit ? `${clockOf(visit.finished_at)}·${failed ? say("failedItems", { n: failed }) : say("allPass")}` : say("doneElsewhere");
  const mark = { sent: ["ok", "check", say("is_sent")], phone: ["wait", "upload", say("is_phone")], refused: ["no", "warn", say("is_refused")] }[state];
  const inner = [el("span", { class: "f-n" }, String(number)), el("span", { class: "f-grow" }, site.name, el("small", {}, words)), tag(...mark)];
  return el("li", {}, visit ? el("a", { class: "f-row", href: link(site) }, inner) : el("div", { class: "f-row" }, inner));
}

/** Everybody's sites on a plain drawing: no tiles, so it works without a network. */
function teamCard(pack) {
  const state = (site) => (site.mine && !["left", "draft"].includes(stateOf(pack, site)) ? "mine" : site.state);
  const counts = { mine: 0, others: 0, left: 0 };
  for (const site of pack.sites) counts[state(site)] += 1;
  const placed = pack.sites.filter((site) => site.lat && site.lon);
  const words = say("teamWords", counts);
  return el("details", { class: "f-card" }, el("summary", {}, el("span", { class: "f-grow" }, say("team")), icon("down")),
    placed.length > 1 ? drawing(placed, state, words) : null,
    el("p", { class: "f-key" }, ["mine", "others", "left"].map((kind) => el("span", {}, svg("svg", { class: "f-dot", viewBox: "-6 -6 12 12", "aria-hidden": "true" }, dot(kind, 0, 0)), `${say(`team_${kind}`)} ${counts[kind]}`))),
    el("p", { class: "f-small" }, say("asOf", { at: `${dayOf(pack.loaded_at)} ${clockOf(pack.loaded_at)}` })));
}

function dot(kind, x, y) {
  if (kind === "others") return svg("path", { class: "f-d-others", d: `M${x} ${y - 5}l5 5-5 5-5-5z` });
  return svg("circle", { class: `f-d-${kind}`, cx: x, cy: y, r: 4 });
}

function drawing(sites, state, words) {
  const [wide, high, edge] = [320, 200, 10];
  const lons = sites.map((site) => Number(site.lon)), lats = sites.map((site) => Number(site.lat));
  const [west, south] = [Math.min(...lons), Math.min(...lats)];
  const squeeze = Math.cos((south * Math.PI) / 180);
  const scale = Math.min((wide - 2 * edge) / (((Math.max(...lons) - west) * squeeze) || 1e-6), (high - 2 * edge) / ((Math.max(...lats) - south) || 1e-6));
  const place = (site) => [edge + (site.lon - west) * squeeze * scale, high - edge - (site.lat - south) * scale].map((number) => number.toFixed(1));
  return svg("svg", { class: "f-map", viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": words }, ...sites.map((site) => dot(state(site), ...place(site).map(Number))));
}

export function roundRows(report) {
  return known.rounds.map((round) => {
    const pack = known.packs.get(round.id);
    const button = el("button", { class: pack ? "btn" : "btn btn-primary", type: "button", onclick: async () => {
      button.disabled = true;
      button.textContent = say("loading");
      try {
        await load(round.id);
      } catch (error) {
        report(error instanceof Full ? say("noRoom") : error instanceof SignedOut ? say("signedOut") : error.status ? error.message : say("loadFailed"));
      }
      tell();
    } }, say(pack ? "loadAgain" : "load"));
    return el("li", { class: "f-row" }, el("span", { class: "f-grow" },
      pack && round.id !== known.current ? el("button", { class: "f-plain", type: "button", onclick: async () => { await saveFact("current", round.id); tell(); } }, round.name) : round.name,
      el("small", {}, say("roundDays", { from: round.from_on.slice(5), to: round.to_on.slice(5), n: round.mine }), pack ? `·${say("loadedAt", { at: clockOf(pack.loaded_at) })}` : "")), button);
  });
}

export function routeView(report, shown, showMore) {
  const pack = packNow();
  const sites = pack ? mySites(pack) : [];
  const numbers = new Map(sites.map((site, index) => [site, index + 1]));
  const open = sites.filter((site) => ["left", "draft"].includes(stateOf(pack, site)));
  const done = sites.filter((site) => !open.includes(site)).reverse();
  const here = done[0];
  const rest = open.slice(1);
  const rounds = known.rounds.length ? el("ol", { class: "f-rows" }, roundRows(report)) : el("p", { class: "f-card" }, say("noRounds"));
  return el("main", { id: "main", tabindex: "-1" },
    pack ? progressCard(pack, sites) : [el("h2", { class: "f-sec" }, say("rounds")), rounds],
    pack && open.length ? nextCard(pack, open[0], numbers.get(open[0]), here) : null,
    pack && sites.length && !open.length ? el("p", { class: "f-card" }, say(unsent().visits.length ? "allDoneUnsent" : "allDone")) : null,
    rest.length ? [el("h2", { class: "f-sec" }, say("leftSites")),
      el("ol", { class: "f-rows" }, rest.slice(0, shown).map((site, index) => leftRow(site, numbers.get(site), open[index]))),
      rest.length > shown ? el("button", { class: "btn btn-quiet", type: "button", onclick: showMore }, say("moreSites", { n: rest.length - shown })) : null] : null,
    done.length ? [el("h2", { class: "f-sec" }, say("doneSites")), el("ol", { class: "f-rows" }, done.map((site) => doneRow(pack, site, numbers.get(site))))] : null,
    pack ? [teamCard(pack), el("h2", { class: "f-sec" }, say("rounds")), rounds] : null);
}

export { SHOWN_AT_ONCE };
