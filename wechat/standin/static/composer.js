// The foot of the chat: the input row, talking instead of typing, and the "+" panel.

import { byId, empty } from "./dom.js";
import { Recorder, canRecord } from "./recorder.js";
import { words } from "./words.js";

export class Composer {
  // `act(action, details)` sends; `panels` draws what the panel holds; `onRecorded` and `onHint` are told of the voice.
  constructor({ act, panels, onOpen, onRecorded, onHint }) {
    this.act = act;
    this.panels = panels;
    this.onOpen = onOpen;
    this.text = byId("text");
    this.panel = byId("panel");
    this.recorder = new Recorder({
      onState: (state) => this.showRecording(state),
      onDone: onRecorded,
      onFailed: (reason) => onHint(words.recordingFailed[reason]),
    });
    this.onHint = onHint;
    this.listen();
    this.listenToVoice();
  }

  listen() {
    byId("input-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.sendText();
    });
    this.text.addEventListener("input", () => this.fit());
    this.text.addEventListener("focus", () => this.closePanel());
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.sendText();
      }
    });
    byId("plus").addEventListener("click", () => {
      const opening = this.panel.hidden || this.isTalking;
      this.talk(false);
      if (opening) this.openPanel((panel) => this.panels.showTools(panel));
      else this.closePanel();
    });
    this.panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.closePanel();
      byId("plus").focus();
    });
  }

  listenToVoice() {
    const hold = byId("hold");
    byId("mic").addEventListener("click", () => this.talk(!this.isTalking));
    hold.addEventListener("pointerdown", (event) => {
      hold.setPointerCapture(event.pointerId);
      this.startRecording();
    });
    for (const name of ["pointerup", "pointercancel"]) hold.addEventListener(name, () => this.recorder.stop());
    hold.addEventListener("contextmenu", (event) => event.preventDefault());
    hold.addEventListener("keydown", (event) => {
      if ((event.key === " " || event.key === "Enter") && !event.repeat) this.startRecording();
    });
    hold.addEventListener("keyup", (event) => {
      if (event.key === " " || event.key === "Enter") this.recorder.stop();
    });
    hold.addEventListener("blur", () => this.recorder.stop());
  }

  get isTalking() {
    return byId("mic").getAttribute("aria-pressed") === "true";
  }

  // Talking instead of typing: the bar to hold, and what is ready to be said.
  talk(on) {
    if (on === this.isTalking) return;
    byId("mic").setAttribute("aria-pressed", String(on));
    byId("mic").setAttribute("aria-label", on ? words.type : words.speak);
    byId("hold").hidden = !on;
    this.text.hidden = on;
    byId("composer").classList.toggle("is-talking", on);
    if (on) this.openPanel((panel) => this.panels.showVoices(panel));
    else this.closePanel();
  }

  startRecording() {
    if (canRecord()) this.recorder.start();
    else this.onHint(words.recordingFailed.browser);
  }

  showRecording(state) {
    byId("hold").textContent = words.hold[state];
    byId("hold").classList.toggle("is-recording", state === "recording");
  }

  async sendText() {
    const text = this.text.value.trim();
    if (!text) return;
    this.text.value = "";
    this.fit();
    if (!(await this.act("text", { text }))) {
      this.text.value = text; // not sent: nothing the citizen wrote is lost
      this.fit();
    }
  }

  fit() {
    const filled = this.text.value.trim() !== "";
    byId("send").disabled = !filled;
    byId("composer").classList.toggle("has-text", filled);
    this.text.style.height = "auto";
    this.text.style.height = `${Math.max(44, Math.min(this.text.scrollHeight, 116))}px`;
  }

  openPanel(draw) {
    this.panel.hidden = false;
    byId("plus").setAttribute("aria-expanded", "true");
    byId("composer").classList.add("has-panel");
    draw(this.panel);
    this.panel.scrollTop = 0;
    this.onOpen();
  }

  closePanel() {
    this.panel.hidden = true;
    empty(this.panel);
    byId("plus").setAttribute("aria-expanded", "false");
    byId("composer").classList.remove("has-panel");
  }
}
