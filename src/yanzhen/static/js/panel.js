// A row opens in the side panel #pane. Its link has an href: on a phone, in a new tab and without
// script it simply goes there.

const pane = document.getElementById("pane");
const narrow = window.matchMedia("(max-width: 767px)");
let opener = null;
let pending = 0;

const isOpen = () => Boolean(pane?.firstElementChild);

function mark() {
  const shown = pane?.querySelector("[data-shows]")?.dataset.shows;
  const link = shown && document.querySelector(`[data-row="${CSS.escape(shown)}"] [data-open]`);
  if (link) opener = link; // the panel's own previous and next move the mark in the list too
  for (const row of document.querySelectorAll("[data-row].is-open")) row.classList.remove("is-open");
  if (isOpen() && opener?.isConnected) opener.closest("[data-row]")?.classList.add("is-open");
}

function close() {
  if (!isOpen()) return;
  pane.replaceChildren();
  mark();
  if (opener?.isConnected) opener.focus();
}

// Ctrl, Shift and middle clicks are the browser's: htmx must not see them.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[hx-get]");
  if (link && (event.ctrlKey || event.metaKey || event.shiftKey || event.button)) event.stopImmediatePropagation();
}, true);

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!pane || event.detail.target !== pane) return;
  const link = event.detail.elt.closest("a[href]");
  if (link && narrow.matches && !pane.contains(link)) {
    event.preventDefault();
    location.assign(link.href);
    return;
  }
  if (link?.closest("[data-row]")) opener = link;
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === pane) mark();
});

document.addEventListener("htmx:load", mark);
mark();

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-pane]")) close();
});
document.addEventListener("leave", close);

// With the panel open, j and k turn its pages; only the row one stops at is fetched.
document.addEventListener("row-reached", (event) => {
  if (!isOpen()) return;
  clearTimeout(pending);
  pending = setTimeout(() => event.detail.row.querySelector("[data-open]")?.click(), 180);
});
