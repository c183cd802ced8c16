// The officer's page at the place: each photo goes out the moment it is taken, with where the phone is.
"use strict";
(() => {
  const capture = document.getElementById("capture");
  const record = document.getElementById("record");
  const said = record && record.querySelector(".permit-position");
  const put = (form, at) => {
    if (!form) return;
    form.elements.latitude.value = at.latitude.toFixed(7);
    form.elements.longitude.value = at.longitude.toFixed(7);
    form.elements.accuracy.value = String(Math.round(at.accuracy));
  };
  const none = () => { if (said) said.textContent = said.dataset.none; };
  if (navigator.geolocation && (capture || record)) {
    navigator.geolocation.watchPosition(({ coords }) => {
      put(capture, coords);
      put(record, coords);
      if (said) said.textContent = said.dataset.found.replace("{}", String(Math.round(coords.accuracy)));
    }, none, { enableHighAccuracy: true, maximumAge: 15000, timeout: 20000 });
  } else none();

  if (!capture || !window.fetch) return;
  const input = capture.querySelector("input[type=file]");
  const status = document.getElementById("sending");
  const send = capture.querySelector(".permit-send");
  const say = (words, alarm) => {
    status.hidden = false;
    status.textContent = words;
    status.className = alarm ? "field-wrong" : "small";
  };
  if (capture.elements.nonce) send.hidden = true;
  input.addEventListener("change", async () => {
    if (!input.files.length) return;
    say(capture.dataset.sending);
    try {
      const answer = await fetch(capture.action, { method: "POST", body: new FormData(capture), headers: { accept: "application/json" } });
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.wrong);
      input.value = "";
      say(capture.dataset.kept);
      const again = new DOMParser().parseFromString(await (await fetch(location.pathname)).text(), "text/html");
      const shots = again.getElementById("shots");
      // Only the photos: what is being typed below stays as it is.
      if (shots) document.getElementById("shots").replaceWith(document.adoptNode(shots));
    } catch (error) {
      // The photo stays chosen: it can be sent once more with the button.
      say(error instanceof TypeError || !error.message ? capture.dataset.lost : error.message, true);
      send.hidden = false;
    }
  });
})();
