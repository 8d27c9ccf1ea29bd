// One visit: a row for each item, answered by a thumb; photo and words only where they are asked for.

import { checkOf, dropPhoto, failures, known, savePhoto, saveVisit, startVisit, tell, visitAt } from "./keeping.js";
import { clockOf, el, icon, say, tag, under } from "./draw.js";
import { isComplete, isCounted, itemsOf, numberOf, shown, standard, verdict, wantsPhoto } from "./judge.js";
import { Full } from "./store.js";
import { prepared } from "./photos.js";
import { roomLeft } from "./room.js";
import { send } from "./queue.js";

const RESULTS = [["pass", "check"], ["fail", "cross"], ["not_applicable", "minus"]];
const KINDS = { pass: "ok", fail: "no", not_applicable: "na" };
const WAIT_FOR_PLACE = 8_000;
const FULL_PHOTOS = 9;

/** Where the phone is now, asked once; whoever refuses is not asked twice. */
function position() {
  return new Promise((resolve) => {
    if (!navigator.geolocation) return resolve(null);
    return navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lat: coords.latitude.toFixed(6), lon: coords.longitude.toFixed(6), accuracy_metres: Math.round(coords.accuracy) }),
      () => resolve(null),
      { enableHighAccuracy: true, timeout: WAIT_FOR_PLACE, maximumAge: 0 },
    );
  });
}

export function visitView(pack, site, leave) {
  const items = itemsOf(pack, site);
  const visit = visitAt(pack.id, site.code) ?? startVisit(pack, site);
  const isOpen = visit.state === "draft";
  const cards = new Map();
  const progress = el("p", { class: "f-progress", role: "status" });
  const finish = el("button", { class: "btn btn-primary btn-l btn-wide", type: "button", onclick: () => done() });
  const hint = el("p", { class: "f-small" });

  const changed = async (item, check, { redraw = true } = {}) => {
    check.answered_at = new Date().toISOString();
    if (redraw) refresh(item);
    summary();
    await saveVisit(visit);
  };

  function summary() {
    const answered = items.filter((item) => verdict(item, visit.checks[item.code])).length;
    const failed = failures(visit, items);
    const left = items.filter((item) => !isComplete(item, visit.checks[item.code]));
    progress.textContent = answered === items.length ? say("allAnswered", { n: items.length }) : say("answered", { n: answered, of: items.length });
    finish.replaceChildren(failed ? say("finishFailed", { n: failed }) : say("finish"));
    finish.classList.toggle("f-waiting", left.length > 0);
    hint.textContent = left.length ? say("leftItems", { n: left.length }) : failed ? say("willOpen", { n: failed }) : say("willSend");
  }

  async function done() {
    const left = items.find((item) => !isComplete(item, visit.checks[item.code]));
    if (left) {
      const card = cards.get(left.code);
      card.open = true;
      card.classList.add("f-asked");
      card.scrollIntoView({ block: "center" });
      card.querySelector("input, textarea")?.focus({ preventScroll: true });
      return;
    }
    finish.disabled = true;
    finish.textContent = say("locating");
    Object.assign(visit, await position());
    Object.assign(visit, { state: "queued", finished_at: new Date().toISOString() });
    await saveVisit(visit);
    leave();
    send();
  }

  function refresh(item) {
    const old = cards.get(item.code);
    const fresh = card(item);
    cards.set(item.code, fresh);
    old?.replaceWith(fresh);
  }

  function card(item) {
    const check = visit.checks[item.code];
    const result = verdict(item, check);
    const settled = result && isComplete(item, check) && result !== "fail";
    const number = items.indexOf(item) + 1;
    return el(
      "details",
      { class: `f-check${result === "fail" ? " f-bad" : ""}`, open: isOpen ? !settled : result === "fail", "data-item": item.code },
      el("summary", {}, el("span", { class: "f-n" }, String(number)), el("span", { class: "f-grow" }, item.words),
        el("span", { "data-result": result }, resultTag(result))),
      el("div", { class: "f-inside" }, inside(item, check, result)),
    );
  }

  /** The verdict on a number while it is typed: in place, so that nothing moves under the thumb. */
  function rejudge(item) {
    const card = cards.get(item.code);
    const result = verdict(item, visit.checks[item.code]);
    const mark = card.querySelector("[data-result]");
    if (mark.dataset.result === result) return;
    mark.dataset.result = result;
    mark.replaceChildren(...[resultTag(result)].filter(Boolean));
    card.classList.toggle("f-bad", result === "fail");
    card.querySelector(".f-proof").replaceChildren(...asked(item, visit.checks[item.code], result));
  }

  const resultTag = (result) => (result ? tag(KINDS[result], RESULTS.find(([name]) => name === result)[1], say(result)) : null);

  /** Photo and words, where the item asks for them or fails. */
  function asked(item, check, result) {
    const isAsked = result === "fail" || check?.photos.length || (item.photo === "always" && result !== "not_applicable");
    return isAsked ? proof(item, check) : [];
  }

  function inside(item, check, result) {
    const carried = (site.carried ?? []).find((one) => one.item === item.code);
    return [
      carried ? el("p", { class: "f-note" }, say("foundBefore", { at: carried.found_at.slice(0, 10), words: carried.words || carried.value || say("fail") })) : null,
      item.hint ? el("p", { class: "f-small" }, item.hint) : null,
      item.exempt ? el("p", { class: "f-small" }, say("exempt", { words: item.exempt })) : null,
      isOpen ? (isCounted(item) ? counted(item, check) : choice(item, check)) : found(item, check),
      check?.told?.sentence ? el("p", { class: "f-note f-note-bad", role: "status" }, check.told.sentence) : null,
      check?.told?.case ? el("p", { class: "f-small" }, say("caseOpened", { number: check.told.case })) : null,
      el("div", { class: "f-proof" }, asked(item, check, result)),
    ];
  }

  /** What was counted, in a visit that is done. */
  function found(item, check) {
    const number = check && isCounted(item) && check.result !== "not_applicable" ? numberOf(check) : null;
    if (number === null) return null;
    const unit = item.unit === "%" ? "%" : item.unit && ` ${item.unit}`;
    return el("p", {}, `${shown(number)}${unit}`, check.whole ? `（${check.part} / ${check.whole}）` : null, " ", el("small", {}, standard(item) && say("standard", { words: standard(item) })));
  }

  function choice(item, check) {
    return el("fieldset", { class: "f-choose" }, el("legend", { class: "vh" }, item.words), RESULTS.map(([name, drawing]) => {
      const id = `c-${item.code}-${name}`;
      return [
        el("input", { type: "radio", name: `c-${item.code}`, id, class: `f-${KINDS[name]}`, checked: check?.result === name, onchange: () => changed(item, Object.assign(checkOf(visit, item), { result: name })) }),
        el("label", { for: id }, name === "not_applicable" ? null : icon(drawing), say(name)),
      ];
    }));
  }

  function counted(item, check) {
    const asShare = item.unit === "%" && !check?.isDirect;
    const out = el("output", { class: "f-out" });
    const isNot = check?.result === "not_applicable";
    const judged = () => {
      const now = visit.checks[item.code];
      const number = now && now.result !== "not_applicable" ? numberOf(now) : null;
      const result = verdict(item, now);
      out.className = `f-out${result === "fail" ? " f-out-bad" : ""}`;
      out.replaceChildren(standard(item) && say("standard", { words: standard(item) }),
        el("b", {}, number === null ? "—" : `${shown(number)}${item.unit === "%" ? "%" : ""}`));
    };
    const typed = (name) => async (event) => {
      const now = Object.assign(checkOf(visit, item), { [name]: event.target.value.trim(), result: "" });
      judged();
      rejudge(item);
      await changed(item, now, { redraw: false });
    };
    const input = (name, words, mode) => el("label", { class: "f-field" }, words, el("span", { class: "f-unit" },
      el("input", { class: "f-in", inputmode: mode, autocomplete: "off", value: check?.[name] ?? "", "aria-label": `${item.words} ${words}`, disabled: isNot, oninput: typed(name) }),
      name === "value" ? item.unit : ""));
    judged();
    const inputs = asShare
      ? [input("whole", say("whole"), "numeric"), input("part", say("part"), "numeric")]
      : [input("value", say("number"), item.kind === "count" ? "numeric" : "decimal")];
    return [
      el("div", { class: "f-meas" }, inputs, out),
      el("div", { class: "f-two" },
        el("button", { type: "button", class: "btn", "aria-pressed": String(isNot), onclick: () => changed(item, Object.assign(checkOf(visit, item), { result: isNot ? "" : "not_applicable" })) }, say("not_applicable")),
        item.unit === "%" ? el("button", { type: "button", class: "btn btn-quiet", onclick: () => changed(item, Object.assign(checkOf(visit, item), { isDirect: asShare, value: "", part: "", whole: "" })) }, asShare ? say("typeShare") : say("typeCounts")) : null),
    ];
  }

  function proof(item, check) {
    const photos = (check?.photos ?? []).map((id) => known.photos.get(id)).filter(Boolean);
    const wanted = check && wantsPhoto(item, check);
    const said = el("p", { class: "f-note f-note-bad", role: "alert", hidden: true });
    const words = say(!photos.length && (wanted || item.photo === "always") ? "words" : "wordsFree");
    return [
      item.photo_reason ? el("p", { class: "f-small" }, item.photo_reason) : null,
      el("div", { class: "f-shots" },
        isOpen && photos.length < FULL_PHOTOS ? el("label", { class: "f-cam" }, icon("camera"), el("span", {}, say(photos.length ? "oneMore" : "takePhoto")),
          el("input", { class: "vh", type: "file", accept: "image/*", capture: "environment", "aria-label": `${item.words} ${say("takePhoto")}`, onchange: (event) => take(item, event.target, said) })) : null,
        photos.map((photo) => shot(item, check, photo))),
      said,
      isOpen
        ? el("label", { class: "f-field" }, words, el("textarea", { class: "f-in", rows: "2", maxlength: "2000", "aria-label": `${item.words} ${words}`, oninput: (event) => changed(item, Object.assign(checkOf(visit, item), { words: event.target.value }), { redraw: false }) }, check?.words ?? ""))
        : check?.words ? el("p", {}, check.words) : null,
    ].filter(Boolean);
  }

  function shot(item, check, photo) {
    const state = photo.state === "stored" ? "photoStored" : photo.state === "refused" ? "photoRefused" : "photoWaiting";
    return el("figure", { class: "f-shot" },
      photo.thumb ? el("img", { src: photo.thumb, alt: say("photoOf", { item: item.words }) }) : el("span", { class: "f-blank" }, icon("photo")),
      el("figcaption", {}, el("b", { class: `f-${photo.state}` }, say(state)), ` ${clockOf(photo.taken_at)}`, el("br"),
        photo.receipt ? say("receipt", { signs: photo.receipt }) : photo.sentence || say("onPhone")),
      isOpen ? el("button", { type: "button", class: "f-away", "aria-label": say("takeAway"), onclick: async () => { await dropPhoto(visit, check, photo.id); refresh(item); summary(); } }, icon("cross")) : null);
  }

  async function take(item, input, said) {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    const check = checkOf(visit, item);
    said.hidden = false;
    said.textContent = say("shrinking");
    try {
      const ready = await prepared(file, visit.id, item.code);
      if (!ready) {
        said.textContent = say("notAPhoto");
        return;
      }
      await savePhoto(visit, check, ...ready);
      refresh(item);
      summary();
      known.room = await roomLeft();
      tell();
    } catch (error) {
      if (!(error instanceof Full)) throw error;
      said.textContent = say("photoNoRoom");
    }
  }

  for (const item of items) cards.set(item.code, card(item));
  summary();
  return [
    el("header", { class: "f-top" },
      el("a", { class: "f-tap", href: "#/" }, icon("left"), el("span", { class: "vh" }, say("backToRoute"))),
      el("h1", {}, site.name, el("small", {}, under(site))),
      tag(...(navigator.onLine ? ["na", "check", say("online")] : ["wait", "warn", say("offline")]))),
    el("main", { id: "main", tabindex: "-1" },
      progress,
      site.is_retired ? el("p", { class: "f-note" }, say("retired")) : null,
      visit.sentence ? el("p", { class: "f-note f-note-bad", role: "status" }, visit.sentence) : null,
      (site.open_cases ?? []).length ? el("details", { class: "f-card" }, el("summary", {}, say("openCases", { n: site.open_cases.length })),
        el("ul", {}, site.open_cases.map((one) => el("li", { class: "f-small" }, `${one.number} ${one.title}（${one.status}）`)))) : null,
      el("div", { class: "f-checks" }, [...cards.values()]),
      isOpen ? el("label", { class: "f-field f-card" }, say("visitWords"), el("textarea", { class: "f-in", rows: "2", maxlength: "2000", oninput: (event) => { visit.words = event.target.value; saveVisit(visit); } }, visit.words)) : null),
    isOpen ? el("footer", { class: "f-foot f-act" }, hint, finish) : null,
  ];
}
