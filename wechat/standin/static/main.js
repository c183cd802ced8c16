// Puts the page together and keeps it up to date.

import { Chat } from "./bubbles.js";
import { Composer } from "./composer.js";
import { Connection, newOpenid, whoAmI } from "./connection.js";
import { button, byId, empty, make } from "./dom.js";
import { Sheets } from "./sheets.js";
import { Wire } from "./wire.js";
import { words } from "./words.js";

const TYPING_MS = 15000;

const me = whoAmI();
const connection = new Connection(me.openid, me.name);
const sheets = new Sheets();
const wire = new Wire();
const chat = new Chat(byId("chat"), {
  onChoice: (text, menuId) => act("text", { text, menu_id: menuId }),
  onPhoto: (address) => sheets.showPhoto(address),
});
const composer = new Composer({ act, sendPhoto, onOpen: () => chat.scrollDown() });
let setup = null;
let typingTimer = 0;
let streamed = false;

async function attempt(sending) {
  try {
    await sending;
    return true;
  } catch (error) {
    sheets.toast(error.message);
    return false;
  }
}

function act(action, details) {
  return attempt(connection.act(action, details));
}

function sendPhoto(file) {
  return attempt(connection.sendPhoto(file));
}

function showTyping(on) {
  clearTimeout(typingTimer);
  byId("account-name").textContent = on ? words.typing : setup ? setup.account.name : "";
  if (on) typingTimer = setTimeout(() => showTyping(false), TYPING_MS);
}

function showCitizen(citizen) {
  if (setup) setup.citizen = citizen;
  chat.citizen = citizen;
  byId("citizen-line").textContent = words.youAre(citizen.name);
  byId("composer").hidden = !citizen.followed;
  byId("follow-bar").hidden = citizen.followed;
}

function showSwitches(switches) {
  byId("switch-copies").checked = switches.copies > 1;
  byId("switch-signature").checked = switches.bad_signature;
}

const TOPICS = {
  bubble: (item) => {
    chat.add(item);
    if (item.from === "account" && item.api !== "passive") wire.rememberPush(item);
    if (item.from === "citizen") byId("hints").hidden = true;
  },
  delivery: (delivery) => wire.showDelivery(delivery),
  call: (call) => wire.showCall(call),
  typing: (typing) => showTyping(typing.on),
  citizen: showCitizen,
  menu: (buttons) => composer.drawMenu(buttons),
  switches: showSwitches,
};

function drawPhrases(phrases) {
  empty(byId("hints")).append(
    make("span", {}, words.tryAsking),
    ...phrases.map((phrase) => button(phrase.text, { onclick: () => act("text", { text: phrase.text }) }))
  );
  empty(byId("phrases")).append(
    ...phrases.map((phrase) =>
      button(
        phrase.text,
        { class: "phrase", "data-testid": "phone-phrase", onclick: () => act("text", { text: phrase.text }) },
        make("strong", {}, phrase.text),
        make("small", {}, phrase.hint)
      )
    )
  );
}

async function start() {
  setup = await connection.setup();
  document.title = `${setup.account.name} · ${setup.citizen.name}`;
  wire.limit = setup.answer_limit_s;
  composer.setup = setup;
  composer.drawMenu(setup.menu);
  showTyping(false);
  showCitizen(setup.citizen);
  showSwitches(setup.switches);
  drawPhrases(setup.phrases);
  byId("console-link").href = setup.console_url;
}

function openAnotherPhone() {
  window.open(`/phone?openid=${newOpenid()}`, "_blank", "noopener");
}

function listen() {
  byId("another-phone").addEventListener("click", openAnotherPhone);
  byId("follow").addEventListener("click", () => act("follow", { followed: true }));
  byId("open-profile").addEventListener("click", () =>
    sheets.showProfile(setup, {
      onFollow: (followed) => act("follow", { followed }),
      onAnother: openAnotherPhone,
      onWire: () => byId("wire").classList.add("is-open"),
    })
  );
  byId("close-wire").addEventListener("click", () => byId("wire").classList.remove("is-open"));
  byId("switch-copies").addEventListener("change", (event) =>
    attempt(connection.setSwitches({ copies: event.target.checked ? 3 : 1, spacing_seconds: 1 }))
  );
  byId("switch-signature").addEventListener("change", (event) =>
    attempt(connection.setSwitches({ bad_signature: event.target.checked }))
  );
}

function tickClock() {
  const now = new Date();
  byId("device-time").textContent = `${now.getHours()}:${String(now.getMinutes()).padStart(2, "0")}`;
}

listen();
tickClock();
setInterval(tickClock, 10000);
attempt(start()).then(() =>
  connection.follow({
    onItem: (topic, content) => TOPICS[topic] && TOPICS[topic](content),
    onRestart: () => {
      byId("hints").hidden = false;
      chat.clear();
      wire.clear();
      if (setup && streamed) attempt(start()); // a stand-in started anew has to get to know this phone again
      streamed = true;
    },
    onOnline: (online) => (byId("offline").hidden = online),
  })
);
