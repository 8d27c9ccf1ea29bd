// Photos on a slow line take a while: shows how far the sending of a form is.

const bar = (form) => form?.querySelector?.("[data-sending]");

document.addEventListener("htmx:xhr:progress", (event) => {
  const meter = bar(event.target.closest?.("form[data-sends-photos]"));
  if (!meter || !event.detail.lengthComputable) return;
  meter.hidden = false;
  meter.value = Math.round((event.detail.loaded / event.detail.total) * 100);
});

document.addEventListener("htmx:afterRequest", (event) => {
  const meter = bar(event.detail.elt);
  if (meter) meter.hidden = true;
});
