// The picture of a clock is wider than a phone: it opens with "now" in the middle, or without a
// "now" with the end of the story. Without script it begins at its right end, by CSS.

function start(root) {
  for (const picture of root.querySelectorAll(".time-pic")) {
    const last = picture.querySelectorAll("rect:not(.g-day)");
    const mark = picture.querySelector("[data-now]") ?? last[last.length - 1];
    if (!mark || picture.scrollWidth <= picture.clientWidth) continue;
    const at = mark.getBoundingClientRect();
    const box = picture.getBoundingClientRect();
    picture.scrollLeft += (at.left + at.right) / 2 - (box.left + box.right) / 2;
  }
}
start(document);
document.addEventListener("htmx:load", (event) => start(event.target.parentElement ?? document));
