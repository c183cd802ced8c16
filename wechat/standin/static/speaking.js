// Lets a voice bubble be heard: the recording itself, or the sample's words read aloud where the browser can.

import { recordingOf } from "./recorder.js";

let ending = null;

export function hear(bubble, { seconds, spoken, recording }) {
  if (ending) ending();
  const stop = play(recordingOf(recording), spoken);
  bubble.classList.add("is-playing");
  const timer = setTimeout(() => ending && ending(), seconds * 1000);
  ending = () => {
    ending = null;
    clearTimeout(timer);
    bubble.classList.remove("is-playing");
    stop();
  };
}

function play(address, spoken) {
  if (address) {
    const sound = new Audio(address);
    sound.play().catch(() => {});
    return () => sound.pause();
  }
  const speech = window.speechSynthesis;
  if (!speech || !spoken) return () => {};
  const words = new SpeechSynthesisUtterance(spoken);
  words.lang = "zh-CN";
  speech.cancel();
  speech.speak(words);
  return () => speech.cancel();
}
