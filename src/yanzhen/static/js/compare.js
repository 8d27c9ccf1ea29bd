// Before and after on top of each other, with a slider. Without script they stand side by side.

function start(root) {
  for (const box of root.querySelectorAll("[data-compare]:not(.cmp-on)")) {
    const slider = box.querySelector("input[type=range]");
    if (!slider || box.querySelectorAll("img").length !== 2) continue;
    const cut = () => box.style.setProperty("--cut", `${slider.value}%`);
    slider.hidden = false;
    slider.addEventListener("input", cut);
    box.classList.remove("pair");
    box.classList.add("cmp-on");
    cut();
  }
}

// A small photo of the strip takes its place in the large pair beside it.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-photo]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const box = link.closest("section, .pane, .case-main")?.querySelector("[data-compare]");
  if (!box) return;
  event.preventDefault();
  const figure = box.querySelectorAll("figure")[link.dataset.photo === "before" ? 0 : 1];
  const image = figure.querySelector("img");
  const small = link.querySelector("img");
  image.src = link.href;
  image.alt = small.alt;
  const stamp = figure.querySelector(".stamp");
  if (stamp) stamp.textContent = link.dataset.stamp ?? "";
  for (const other of link.parentElement.querySelectorAll(`[data-photo="${link.dataset.photo}"]`)) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
});

start(document);
document.addEventListener("htmx:load", (event) => start(event.target.parentElement ?? document));
