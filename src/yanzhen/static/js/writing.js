// While a matter is written down: the place from the device, and a likely category by one press.

const form = document.querySelector("form[data-draft=case]");
const changed = (field) => field.dispatchEvent(new Event("change", { bubbles: true }));

document.addEventListener("click", (event) => {
  const setter = event.target.closest("[data-set]");
  if (setter && form) {
    const field = form.elements.namedItem(setter.dataset.set);
    field.value = setter.value;
    changed(field);
  }
  const button = event.target.closest("[data-locate]");
  if (button && form) locate(button);
});

function locate(button) {
  const say = form.querySelector("[data-locate-say]");
  const words = button.dataset;
  if (!navigator.geolocation) {
    say.textContent = words.none ?? "";
    return;
  }
  button.disabled = true;
  say.textContent = "……";
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      button.disabled = false;
      say.textContent = `±${Math.round(coords.accuracy)} m`;
      form.elements.lat.value = coords.latitude.toFixed(6);
      form.elements.lon.value = coords.longitude.toFixed(6);
      window.htmx.ajax("GET", `${words.around}?lat=${form.elements.lat.value}&lon=${form.elements.lon.value}`, "#found-site");
      changed(form.elements.lat);
    },
    () => {
      button.disabled = false;
      say.textContent = words.failed ?? "";
    },
    { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
  );
}
