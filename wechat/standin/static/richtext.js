// WeChat's idea of rich text: plain text with <a> links, and addresses that become links by themselves.

import { make } from "./dom.js";

const LINK = /<a\s+([^>]*)>([\s\S]*?)<\/a>|(https?:\/\/[\w\-./?%&=#:~+,;@!$*]+)/gi;
const ATTRIBUTE = /([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

export function richText(text, onChoice) {
  const parts = [];
  let end = 0;
  for (let found = LINK.exec(text); found; found = LINK.exec(text)) {
    parts.push(text.slice(end, found.index));
    parts.push(found[3] ? pageLink(found[3], found[3]) : markedLink(found[1], found[2], onChoice));
    end = LINK.lastIndex;
  }
  parts.push(text.slice(end));
  return parts.filter((part) => part !== "");
}

function markedLink(source, label, onChoice) {
  const attributes = {};
  for (let found = ATTRIBUTE.exec(source); found; found = ATTRIBUTE.exec(source)) {
    attributes[found[1].toLowerCase()] = found[2] === undefined ? found[3] : found[2];
  }
  const address = attributes.href || "";
  if (address.startsWith("weixin://bizmsgmenu?")) {
    const query = new URLSearchParams(address.slice(address.indexOf("?")));
    return choiceLink(label, query.get("msgmenucontent") || label, query.get("msgmenuid"), onChoice);
  }
  if (/^https?:\/\//i.test(address)) return pageLink(address, label);
  if (attributes["data-miniprogram-appid"]) {
    return make("span", { class: "mini-link", title: attributes["data-miniprogram-path"] || "" }, label);
  }
  return label; // the platform shows a link it does not know as plain text
}

// A link the built-in browser takes over; `title` is what its pane is called while the page is open.
export function pageLink(address, label, title) {
  return make("a", { href: address, target: "_blank", rel: "noopener noreferrer", "data-page": title || label }, label);
}

export function choiceLink(label, text, menuId, onChoice) {
  return make(
    "button",
    { type: "button", class: "choice", "data-testid": "phone-choice", onclick: () => onChoice(text, menuId) },
    label
  );
}
