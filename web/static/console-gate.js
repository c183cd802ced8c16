// At the gate: where the phone is, asked when the officer says so, and never without the button.
"use strict";
(() => {
  const box = document.querySelector("[data-gate]");
  if (!box || !navigator.geolocation) return;
  const form = box.closest("form"), button = box.querySelector("button"), said = box.querySelector("[role=status]");
  button.hidden = false;
  button.addEventListener("click", () => {
    said.textContent = box.dataset.asking;
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      form.elements.latitude.value = coords.latitude.toFixed(7);
      form.elements.longitude.value = coords.longitude.toFixed(7);
      form.elements.accuracy.value = String(Math.round(coords.accuracy));
      said.textContent = box.dataset.found.replace("#", String(Math.round(coords.accuracy)));
    }, () => { said.textContent = box.dataset.none; }, { enableHighAccuracy: true, maximumAge: 0, timeout: 20000 });
  });
})();
