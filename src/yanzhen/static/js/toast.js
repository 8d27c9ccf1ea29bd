// Says what happened: messages that come with a page, with an htmx answer (event `say`), and the
// answers that htmx cannot show. Good news leaves by itself, anything else stays until read.

const REGION = document.getElementById("messages");
const STAYS = 6000;

const WORDS = JSON.parse(document.getElementById("yanzhen-words")?.textContent ?? "{}");

function leaveLater(message) {
  if (message.classList.contains("say-error") || message.classList.contains("say-warning")) return;
  setTimeout(() => {
    if (message.matches(":hover, :focus-within")) leaveLater(message);
    else message.remove();
  }, STAYS);
}

export function say(words, level = "success") {
  if (!REGION) return;
  for (const other of REGION.children) {
    if (other.querySelector("p")?.textContent === words) other.remove(); // the same twice is once
  }
  const message = document.createElement("div");
  message.className = `say say-${level}`;
  if (level === "error") message.setAttribute("role", "alert");
  const text = document.createElement("p");
  text.textContent = words;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-quiet btn-icon";
  button.dataset.dismiss = "";
  button.setAttribute("aria-label", WORDS.understood);
  button.textContent = "×";
  message.append(text, button);
  REGION.append(message);
  leaveLater(message);
}

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest(".say")?.remove();
});

document.addEventListener("say", (event) => {
  for (const { words, level } of event.detail.messages ?? []) say(words, level || "success");
});

// A refusal is said in the messages, wherever the request came from; the page stays as it is.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!REGION || !event.detail.shouldSwap || !event.detail.xhr.responseText.includes("data-refusal=")) return;
  event.detail.target = REGION;
  event.detail.swapOverride = "beforeend";
});

document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Trigger")?.includes('"say"')) return; // it has spoken for itself
  say(WORDS[`status${event.detail.xhr.status}`] ?? WORDS.ourFault, "error");
});
document.addEventListener("htmx:sendError", () => say(WORDS.noNetwork, "error"));
document.addEventListener("htmx:timeout", () => say(WORDS.tooSlow, "error"));

if (REGION) for (const message of REGION.children) leaveLater(message);
