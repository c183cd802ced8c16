// The words between a phone and the page that shows two of them.

const OWN = location.origin;

// A phone tells the page around it; nothing happens when it stands alone.
export function tellPair(topic, content) {
  if (window.parent !== window) window.parent.postMessage({ topic, content }, OWN);
}

// What the page around may ask of a phone, by name.
export function listenToPair(deeds) {
  window.addEventListener("message", (event) => {
    if (event.origin !== OWN || event.source !== window.parent || window.parent === window) return;
    const { ask, content } = event.data || {};
    if (Object.hasOwn(deeds, ask)) deeds[ask](content || {});
  });
}

// The page around asks one of its phones.
export function askPhone(frame, ask, content) {
  frame.contentWindow.postMessage({ ask, content }, OWN);
}

// The page around hears its phones: `hear(frame, topic, content)`.
export function hearPhones(frames, hear) {
  window.addEventListener("message", (event) => {
    if (event.origin !== OWN) return;
    const frame = frames.find((one) => one.contentWindow === event.source);
    if (frame && event.data && event.data.topic) hear(frame, event.data.topic, event.data.content || {});
  });
}
