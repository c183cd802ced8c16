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
  constructor({ openid, name, staff }) {
    this.openid = openid;
    this.name = name;
    this.staff = staff;
    this.owner = name;
  }

  setup() {
    const query = new URLSearchParams({ openid: this.openid });
    if (this.name) query.set("name", this.name);
    if (this.staff) query.set("role", "staff");
    return request(`/phone/setup?${query}`);
  }

  async scenes() {
    return (await request("/phone/scenes")).scenes;
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

  sendFilm(file) {
    const address = `/phone/film?openid=${encodeURIComponent(this.openid)}`;
    return request(address, { method: "POST", headers: { "Content-Type": "video/mp4" }, body: file });
  }

  desk() {
    return request("/_standin/kf");
  }

  atDesk(deed) {
    return postJson("/_standin/kf", deed);
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
  const staff = asked.get("role") === "staff";
  const paired = window.parent !== window;
  const given = OPENID.test(asked.get("openid") || "") ? asked.get("openid") : "";
  const openid = given || keptOpenid(staff ? "standin-staff-openid" : "standin-openid");
  return { openid, name: (given && asked.get("name")) || "", staff, paired };
}

export function keptOpenid(key) {
  let openid = null;
  try {
    openid = localStorage.getItem(key);
    if (!openid) localStorage.setItem(key, (openid = newOpenid()));
  } catch (error) {
    openid = openid || newOpenid(); // storage is switched off: a phone for this visit only
  }
  return openid;
}

export function newOpenid() {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const numbers = crypto.getRandomValues(new Uint8Array(22));
  return "oDemo_" + Array.from(numbers, (number) => letters[number % letters.length]).join("");
}
