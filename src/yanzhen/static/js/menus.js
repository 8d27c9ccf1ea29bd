// Menus are <details>: they open without script. This closes them by a click beside them or Esc,
// keeps only one open, opens dialogs, and lets the clock in the top bar go on.

const MENUS = "details.drop[open]";

function close(menu, focus) {
  menu.open = false;
  if (focus) menu.querySelector("summary")?.focus();
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(MENUS)) {
    if (!menu.contains(event.target)) close(menu, false);
  }
  const opener = event.target.closest("[data-open-dialog]");
  if (opener) document.getElementById(opener.dataset.openDialog)?.showModal();
  // a click on the backdrop is a click on the dialog itself
  if (event.target.matches?.("dialog[open]")) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = [...document.querySelectorAll(MENUS)].pop();
  if (!menu) return;
  close(menu, menu.contains(document.activeElement));
  event.stopImmediatePropagation(); // one Esc closes one thing
}, true);

document.addEventListener("focusin", (event) => {
  for (const menu of document.querySelectorAll(MENUS)) {
    if (!menu.contains(event.target)) close(menu, false);
  }
});

// The server's time is right and the PC's may not be: only the distance walked is taken from it.
const clock = document.querySelector("[data-clock]");
if (clock) {
  const shown = new Date(clock.dateTime).getTime();
  const loaded = Date.now();
  const words = new Intl.DateTimeFormat("zh-CN", {
    timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  const chinese = document.documentElement.lang.toLowerCase().startsWith("zh");
  if (chinese && !Number.isNaN(shown)) {
    setInterval(() => {
      const now = new Date(shown + Date.now() - loaded);
      const part = Object.fromEntries(words.formatToParts(now).map(({ type, value }) => [type, value]));
      clock.dateTime = now.toISOString();
      clock.textContent = `${part.year}-${part.month}-${part.day} ${part.weekday} ${part.hour}:${part.minute}`;
    }, 20_000);
  }
}
