// Making elements; nothing here reads words of people as markup.

export const WORDS = JSON.parse(document.getElementById("field-words").textContent);

/** A sentence of the page with its places filled: `say("left", {n: 3})`. */
export function say(key, places = {}) {
  return WORDS[key].replace(/\{(\w+)\}/g, (_, name) => String(places[name]));
}

/** An element: attributes by name, `on…` as listeners, `true` and `false` as they are meant. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function icon(name) {
  return svg("svg", { class: "i", viewBox: "0 0 20 20", "aria-hidden": "true" }, svg("use", { href: `#i-${name}` }));
}

export function tag(kind, name, words) {
  return el("span", { class: `f-tag f-tag-${kind}` }, icon(name), words);
}

/** What stands under a site's name: its type and its community. */
export const under = (site) => `${site.type_name}·${site.area.split(" ").pop()}`;

const two = (number) => String(number).padStart(2, "0");
export const clockOf = (text) => {
  const at = new Date(text);
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
};
export const dayOf = (text) => {
  const at = new Date(text);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
};
