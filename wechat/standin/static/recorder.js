// Hold to talk. What was recorded stays on this page, for its owner to hear again.

const LONGEST_MS = 60000;
const SHORTEST_MS = 600;
const kept = new Map();

export function recordingOf(name) {
  return kept.get(name);
}

export function canRecord() {
  return Boolean(navigator.mediaDevices && navigator.mediaDevices.getUserMedia && window.MediaRecorder);
}

export class Recorder {
  // `onState` is told "idle", "asking" or "recording"; `onDone({ name, seconds, url })` or `onFailed(reason)` ends it.
  constructor({ onState, onDone, onFailed }) {
    this.onState = onState;
    this.onDone = onDone;
    this.onFailed = onFailed;
    this.recorder = null;
    this.wanted = false;
  }

  async start() {
    if (this.wanted) return;
    this.wanted = true;
    this.onState("asking");
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      this.wanted = false;
      this.onState("idle");
      this.onFailed("microphone");
      return;
    }
    if (!this.wanted) {
      release(stream); // let go while the browser was still asking
      this.onState("idle");
      return;
    }
    this.record(stream);
  }

  record(stream) {
    const parts = [];
    const begun = performance.now();
    this.recorder = new MediaRecorder(stream);
    this.recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    this.recorder.addEventListener("stop", () => {
      release(stream);
      clearTimeout(this.ending);
      this.onState("idle");
      const lasted = performance.now() - begun;
      if (lasted < SHORTEST_MS) return this.onFailed("short");
      const name = `r${Date.now().toString(36)}`;
      const url = URL.createObjectURL(new Blob(parts, { type: parts.length ? parts[0].type : "" }));
      kept.set(name, url);
      return this.onDone({ name, seconds: Math.min(60, lasted / 1000), url });
    });
    this.recorder.start();
    this.onState("recording");
    this.ending = setTimeout(() => this.stop(), LONGEST_MS);
  }

  stop() {
    this.wanted = false;
    if (this.recorder && this.recorder.state === "recording") this.recorder.stop();
    this.recorder = null;
  }
}

function release(stream) {
  for (const track of stream.getTracks()) track.stop();
}
