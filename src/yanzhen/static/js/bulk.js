// Ticks in a list marked [data-bulk]: all at once, a stretch with Shift, how many. The bar itself
// appears by CSS and its buttons post the form, so all of it also works without script.

const boxes = (list) => [...list.querySelectorAll("[data-row] input[type=checkbox]:not(:disabled)")];
let last = null;

function count(list) {
  const all = boxes(list);
  const ticked = all.filter((box) => box.checked);
  for (const box of all) box.closest("[data-row]").classList.toggle("is-on", box.checked);
  const master = list.querySelector("[data-select-all]");
  if (master) {
    master.checked = all.length > 0 && ticked.length === all.length;
    master.indeterminate = ticked.length > 0 && ticked.length < all.length;
  }
  for (const place of list.querySelectorAll("[data-count]")) place.textContent = String(ticked.length);
  for (const place of list.querySelectorAll("[data-with-count]")) place.hidden = ticked.length === 0;
  // a button may say how few or how many rows it takes
  for (const button of list.querySelectorAll("[data-only-one]")) button.disabled = ticked.length !== 1;
}

document.addEventListener("click", (event) => {
  const list = event.target.closest("[data-bulk]");
  if (!list) return;
  if (event.target.matches("[data-row] input[type=checkbox]")) {
    const all = boxes(list);
    const here = all.indexOf(event.target);
    const there = all.indexOf(last);
    if (event.shiftKey && there >= 0) {
      for (const box of all.slice(Math.min(here, there), Math.max(here, there) + 1)) box.checked = event.target.checked;
    }
    last = event.target;
    count(list);
  }
  if (event.target.closest("[data-clear]")) clear(list);
});

document.addEventListener("change", (event) => {
  const list = event.target.closest("[data-bulk]");
  if (!list) return;
  if (event.target.matches("[data-select-all]")) {
    for (const box of boxes(list)) box.checked = event.target.checked;
  }
  count(list);
});

function clear(list) {
  for (const box of boxes(list)) box.checked = false;
  last = null;
  count(list);
}

document.addEventListener("leave", () => {
  if (document.querySelector("#pane:not(:empty)")) return;
  for (const list of document.querySelectorAll("[data-bulk]")) clear(list);
});

function start(root) {
  for (const list of root.querySelectorAll("[data-bulk]")) count(list);
  if (root.closest?.("[data-bulk]")) count(root.closest("[data-bulk]"));
}
start(document);
document.addEventListener("htmx:load", (event) => start(event.target));
window.addEventListener("pageshow", () => start(document)); // the browser puts ticks back after "back"
