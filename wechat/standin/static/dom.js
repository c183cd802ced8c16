// Builds elements from plain descriptions. Text always goes in as text, never as markup.

export function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function byId(id) {
  return document.getElementById(id);
}

export function empty(element) {
  while (element.firstChild) element.removeChild(element.firstChild);
  return element;
}

export function button(label, attributes, ...children) {
  const shown = children.length ? children : [label];
  return make("button", { type: "button", "aria-label": label, ...attributes }, ...shown);
}

export function clockTime(iso, withSeconds) {
  const at = new Date(iso);
  const two = (number) => String(number).padStart(2, "0");
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return withSeconds ? `${time}:${two(at.getSeconds())}` : time;
}
