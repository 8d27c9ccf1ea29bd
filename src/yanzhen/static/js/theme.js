// Light, dark and elder mode at once, without a round trip. The cookies are the ones the server
// reads, so the next page is painted right from its first byte. Also shows what needs script.

const YEAR = 365 * 24 * 3600;

function keep(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `yanzhen_${name}=${value}; Path=/; Max-Age=${value ? YEAR : 0}; SameSite=Lax${secure}`;
}

function apply(name, value) {
  const root = document.documentElement;
  if (name === "theme") {
    if (value) root.dataset.theme = value;
    else delete root.dataset.theme;
  } else {
    root.classList.toggle("elder", value === "on");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-look]");
  const button = event.submitter;
  if (!form || !button || !button.name) return;
  event.preventDefault();
  keep(button.name, button.value);
  apply(button.name, button.value);
  for (const other of form.querySelectorAll(`[name="${button.name}"]`)) {
    other.setAttribute("aria-pressed", String(other === button));
  }
});

function revealWhatNeedsScript(root) {
  for (const element of root.querySelectorAll("[data-needs-script][hidden]")) element.hidden = false;
}

revealWhatNeedsScript(document);
document.addEventListener("htmx:load", (event) => revealWhatNeedsScript(event.target.parentElement ?? document));
