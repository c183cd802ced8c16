// Talks to the stand-in: what the citizen does goes out as JSON, what the phone shows comes in as events.

import { words } from "./words.js";

const OPENID = /^[A-Za-z0-9_-]{6,64}$/;

export class SendError extends Error {}

async function checked(response) {
  if (response.ok) return response.json();
  let sentence = "";
  try {
    sentence = (await response.json()).error;
  } catch (error) {
    // Not JSON: the general sentence has to do.
  }
  throw new SendError(words.sentences[sentence] || words.sendFailed);
}

async function request(address, options) {
  try {
    return await checked(await fetch(address, options));
  } catch (error) {
    if (error instanceof SendError) throw error;
    throw new SendError(words.sendFailed);
  }
}

function postJson(address, content) {
  return request(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(content),
  });
}

export class Connection {
  constructor(openid, name) {
    this.openid = openid;
    this.name = name;
  }

  setup() {
    const name = this.name ? `&name=${encodeURIComponent(this.name)}` : "";
    return request(`/phone/setup?openid=${encodeURIComponent(this.openid)}${name}`);
  }

  act(action, details) {
    return postJson("/phone/send", { action, openid: this.openid, ...details });
  }

  sendPhoto(file) {
    return request(`/phone/photo?openid=${encodeURIComponent(this.openid)}`, {
      method: "POST",
      headers: { "Content-Type": file.type || "image/jpeg" },
      body: file,
    });
  }

  setSwitches(switches) {
    return postJson("/_standin/pushes", switches);
  }

  // `onItem(topic, content)` for each change; `onRestart` when everything shown must be forgotten first.
  follow({ onItem, onRestart, onOnline }) {
    const source = new EventSource(`/phone/events?openid=${encodeURIComponent(this.openid)}`);
    source.addEventListener("restart", onRestart);
    source.addEventListener("open", () => onOnline(true));
    source.addEventListener("error", () => {
      onOnline(false);
      if (source.readyState === EventSource.CLOSED) {
        setTimeout(() => this.follow({ onItem, onRestart, onOnline }), 2000);
      }
    });
    source.addEventListener("message", (event) => {
      const { topic, content } = JSON.parse(event.data);
      onItem(topic, content);
    });
  }
}

// The phone in the address, or this browser's own, which stays the same from visit to visit.
export function whoAmI() {
  const asked = new URLSearchParams(location.search);
  if (OPENID.test(asked.get("openid") || "")) return { openid: asked.get("openid"), name: asked.get("name") || "" };
  let openid = null;
  try {
    openid = localStorage.getItem("standin-openid");
    if (!openid) localStorage.setItem("standin-openid", (openid = newOpenid()));
  } catch (error) {
    openid = openid || newOpenid(); // storage is switched off: a phone for this visit only
  }
  return { openid, name: "" };
}

export function newOpenid() {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const numbers = crypto.getRandomValues(new Uint8Array(22));
  return "oDemo_" + Array.from(numbers, (number) => letters[number % letters.length]).join("");
}
