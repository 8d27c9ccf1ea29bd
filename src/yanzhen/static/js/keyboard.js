// Keys over any list marked [data-rows]: j k walk, x ticks, o opens, / searches, ? explains, Esc
// leaves. Any other key clicks [data-key="…"] in the row one stands on, else on the page.

const ROW = "[data-rows] [data-row]";

function typing(event) {
  const target = event.target;
  return event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey
    || target.isContentEditable
    || (target.matches?.("input, textarea, select") && !target.matches("[type=checkbox], [type=radio], [type=button]"));
}

const visible = (element) => Boolean(element && element.getClientRects().length);
const rows = () => [...document.querySelectorAll(ROW)].filter(visible);
const current = () => document.activeElement?.closest?.(ROW) ?? document.querySelector(`${ROW}.is-at`);

function stand(row) {
  for (const other of document.querySelectorAll(`${ROW}.is-at`)) other.classList.remove("is-at");
  row.classList.add("is-at");
  (row.querySelector("[data-open]") ?? row.querySelector("a, button, input"))?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function walk(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step));
  stand(all[next]);
  document.dispatchEvent(new CustomEvent("row-reached", { detail: { row: all[next] } }));
}

function press(key) {
  const row = current();
  const places = [row, document.querySelector("#pane"), document].filter(Boolean);
  for (const place of places) {
    const target = [...place.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(visible);
    if (target) {
      target.click();
      return true;
    }
  }
  return false;
}

const DEEDS = {
  j: () => walk(1),
  k: () => walk(-1),
  x: () => current()?.querySelector("input[type=checkbox]")?.click(),
  o: () => current()?.querySelector("[data-open]")?.click(),
  "/": () => {
    const search = [...document.querySelectorAll("[data-search], [type=search]")].find(visible);
    search?.focus();
    search?.select();
  },
  "?": () => document.getElementById("keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]") || event.defaultPrevented) return;
  if (event.key === "Escape") {
    if (event.target.matches?.("input, textarea, select") && !event.target.closest(".pane")) event.target.blur();
    else document.dispatchEvent(new CustomEvent("leave"));
    return;
  }
  if (typing(event)) return;
  if (DEEDS[event.key]) {
    event.preventDefault();
    DEEDS[event.key]();
  } else if (/^[a-z]$/.test(event.key) && press(event.key)) {
    event.preventDefault();
  }
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.(ROW);
  if (!row || row.classList.contains("is-at")) return;
  for (const other of document.querySelectorAll(`${ROW}.is-at`)) other.classList.remove("is-at");
  row.classList.add("is-at");
});
