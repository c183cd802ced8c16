// Two phones side by side: a citizen's and a member of staff's. On a small screen they are tabs.

import { keptOpenid } from "./connection.js";
import { byId } from "./dom.js";
import { askPhone, hearPhones } from "./pair.js";

const SIDES = ["citizen", "staff"];
const KEYS = { citizen: "standin-openid", staff: "standin-staff-openid" };
const asked = new URLSearchParams(location.search);

const panels = Object.fromEntries(SIDES.map((side) => [side, byId(`phone-${side}`)]));
const tabs = Object.fromEntries(SIDES.map((side) => [side, byId(`tab-${side}`)]));
const frames = Object.fromEntries(SIDES.map((side) => [side, panels[side].querySelector("iframe")]));

function sideOf(frame) {
  return SIDES.find((side) => frames[side] === frame);
}

function show(side) {
  for (const one of SIDES) {
    const shown = one === side;
    panels[one].classList.toggle("is-shown", shown);
    tabs[one].setAttribute("aria-selected", String(shown));
    tabs[one].tabIndex = shown ? 0 : -1;
  }
  tabs[side].querySelector(".unread").hidden = true;
}

const HEARD = {
  citizen: (side, { name }) => (panels[side].querySelector(".pair-name").textContent = name),
  arrived: (side) => {
    if (!panels[side].classList.contains("is-shown")) tabs[side].querySelector(".unread").hidden = false;
  },
};

for (const side of SIDES) {
  const query = new URLSearchParams({ openid: asked.get(side) || keptOpenid(KEYS[side]) });
  if (side === "staff") query.set("role", "staff");
  frames[side].src = `/phone?${query}`;
  tabs[side].addEventListener("click", () => show(side));
  tabs[side].addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = SIDES.find((one) => one !== side);
    show(other);
    tabs[other].focus();
  });
  panels[side].querySelector(".pair-wire").addEventListener("click", () => askPhone(frames[side], "wire"));
}
hearPhones(Object.values(frames), (frame, topic, content) => HEARD[topic] && HEARD[topic](sideOf(frame), content));
byId("ask-console").addEventListener("click", () => askPhone(frames.staff, "console"));
byId("ask-binding").addEventListener("click", () => askPhone(frames.staff, "binding"));
byId("ask-danger").addEventListener("click", () => askPhone(frames.citizen, "say", { text: byId("ask-danger").textContent }));
