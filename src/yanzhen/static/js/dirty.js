// What was typed into a form[data-draft] is not lost: not by leaving in haste, not when the session
// runs out mid-form. It is kept in this tab only, for this user only, and goes with signing out.

const PREFIX = "yanzhen-draft:";
const USER = document.body.dataset.user ?? "";
const PAGE = document.querySelector('meta[name="yanzhen-page"]')?.content ?? "";
const WORDS = JSON.parse(document.getElementById("yanzhen-words")?.textContent ?? "{}");

const SKIP = "[type=password], [type=file], [type=hidden], [type=submit], [type=button], [data-no-draft]";
const fields = (form) => [...form.elements].filter((field) => field.name && !field.matches(SKIP) && !field.matches("fieldset, output"));
const key = (form) => `${PREFIX}${USER}:${form.getAttribute("action") || location.pathname}:${form.id || form.dataset.draft}`;

function store(name, value) {
  try {
    if (value === null) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // a full or forbidden store must not stop anybody from typing
  }
}

function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
}

function drafts() {
  try {
    return Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX));
  } catch {
    return [];
  }
}

const value = (field) => (field.matches("[type=checkbox], [type=radio]") ? field.checked
  : field.multiple && field.options ? [...field.selectedOptions].map((option) => option.value) : field.value);

function typed(form) {
  return fields(form).map((field) => [field.name, field.matches("[type=checkbox], [type=radio]") ? field.value : "", value(field)]);
}

function fill(form, kept) {
  for (const [name, choice, was] of kept) {
    const field = fields(form).find((one) => one.name === name && (!choice || one.value === choice));
    if (!field) continue;
    if (field.matches("[type=checkbox], [type=radio]")) field.checked = was;
    else if (Array.isArray(was)) for (const option of field.options) option.selected = was.includes(option.value);
    else field.value = was;
  }
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const began = new WeakMap();

function start(root) {
  for (const form of root.querySelectorAll("form[data-draft]")) {
    if (began.has(form)) continue;
    began.set(form, typed(form));
    const draft = read(key(form));
    // after a refusal the server has put back what was typed, and knows better
    if (!draft || draft.sent || form.querySelector("[aria-invalid=true], .form-errors") || same(draft.typed, typed(form))) continue;
    fill(form, draft.typed);
    const note = document.createElement("div");
    note.className = "draft";
    note.setAttribute("role", "status");
    const words = document.createElement("span");
    words.textContent = WORDS.restored;
    const discard = document.createElement("button");
    discard.type = "button";
    discard.className = "btn btn-s";
    discard.textContent = WORDS.discard;
    discard.addEventListener("click", () => {
      fill(form, began.get(form));
      store(key(form), null);
      note.remove();
    });
    note.append(words, discard);
    form.prepend(note);
    form.dispatchEvent(new CustomEvent("draft-restored", { bubbles: true }));
  }
}

const changed = (form) => began.has(form) && !same(typed(form), began.get(form));

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-draft]");
  if (form && began.has(form)) store(key(form), changed(form) ? { typed: typed(form) } : null);
});

let leaving = false;
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-sign-out]")) {
    for (const name of drafts()) store(name, null);
  }
  const form = event.target.closest("form[data-draft]");
  if (!form || event.defaultPrevented) return;
  leaving = true;
  setTimeout(() => { leaving = false; }, 4000); // the browser may have stopped it after all
  if (began.has(form)) store(key(form), { typed: typed(form), sent: true });
});

// What was sent and brought us to an ordinary page has arrived. A sign-in or an error page has not.
for (const name of drafts()) {
  const draft = read(name);
  if (!draft?.sent) continue;
  if (PAGE === "sign-in" || PAGE === "error") store(name, { typed: draft.typed });
  else if (!document.querySelector("form[data-draft] [aria-invalid=true], form[data-draft] .form-errors")) store(name, null);
  else store(name, { typed: draft.typed });
}

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest?.("form[data-draft]");
  if (!form) return;
  leaving = false;
  const { status } = event.detail.xhr;
  const arrived = status >= 200 && status < 400;
  store(key(form), arrived ? null : { typed: typed(form) });
  if (arrived) began.set(form, typed(form));
});

window.addEventListener("beforeunload", (event) => {
  if (leaving) return;
  const open = [...document.querySelectorAll("form[data-draft][data-warn]")].some((form) => form.isConnected && changed(form));
  if (!open) return;
  event.preventDefault();
  event.returnValue = true; // Chromium before 119 asks for it
});

start(document);
document.addEventListener("htmx:load", (event) => start(event.target.parentElement ?? document));
