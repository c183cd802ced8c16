// Filing at the console: the place from the device or from the map, the category that the words suggest. The form works
// without all of it.
"use strict";
(() => {
  const one = (selector, within) => (within || document).querySelector(selector);
  const form = () => one("form.taking");
  let drawn = null; // the map of the form that is on the page

  // ---- where it is

  const say = (words) => { one("[data-place-said]").textContent = words; };
  const showPlace = () => {
    const here = form();
    if (!here) return;
    const latitude = here.elements.latitude.value, longitude = here.elements.longitude.value;
    one("[data-place-away]", here).hidden = !latitude;
    say(latitude ? here.dataset.placed.replace("{}", `${Number(latitude).toFixed(5)}, ${Number(longitude).toFixed(5)}`) : "");
    if (drawn) drawn(latitude, longitude);
  };
  const place = (latitude, longitude) => {
    const here = form();
    here.elements.latitude.value = latitude === null ? "" : latitude.toFixed(6);
    here.elements.longitude.value = longitude === null ? "" : longitude.toFixed(6);
    showPlace();
    here.elements.latitude.dispatchEvent(new Event("input", { bubbles: true }));
    here.dispatchEvent(new CustomEvent("console:placed", { bubbles: true }));
  };
  document.addEventListener("click", (event) => {
    const here = form();
    if (!here) return;
    if (event.target.closest("[data-locate]")) {
      say(here.dataset.locating);
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => place(coords.latitude, coords.longitude),
        () => say(here.dataset.noPlace),
        { enableHighAccuracy: true, maximumAge: 30000, timeout: 10000 },
      );
    }
    if (event.target.closest("[data-place-away]")) place(null, null);
    const uses = event.target.closest("[data-uses]");
    if (uses) {
      const category = here.elements.category;
      category.value = uses.dataset.uses;
      for (const name of ["input", "change"]) category.dispatchEvent(new Event(name, { bubbles: true }));
    }
  });

  // ---- the map, once it is opened

  const draw = (element) => {
    const ground = window.mapGround.begin(element, { scrollWheelZoom: false });
    const { latitude, longitude } = form().elements;
    let spot = null;
    drawn = (north, east) => {
      if (spot) spot.remove();
      spot = null;
      if (!north) return;
      const at = ground.toMap(Number(north), Number(east));
      const icon = L.divIcon({ html: document.createElement("span"), className: "map-spot late", iconSize: [22, 22] });
      spot = L.marker(at, { icon, interactive: false, keyboard: false }).addTo(ground.map);
    };
    if (latitude.value) ground.map.setView(ground.toMap(Number(latitude.value), Number(longitude.value)), 15, { animate: false });
    else ground.fit(ground.setup.bounds);
    ground.drawAreas();
    ground.map.on("click", ({ latlng }) => place(...ground.fromMap(latlng.lat, latlng.lng)));
    drawn(latitude.value, longitude.value);
  };
  document.addEventListener("toggle", (event) => {
    const element = event.target.matches && event.target.matches("details.taking-map") && event.target.open && one("[data-setup]", event.target);
    if (!element || element.dataset.drawn || !window.L) return;
    element.dataset.drawn = "1";
    draw(element);
  }, true);

  const arrive = () => {
    const here = form();
    if (!here || here.dataset.arrived) return;
    here.dataset.arrived = "1";
    drawn = null;
    if (navigator.geolocation) one("[data-locate]", here).hidden = false;
    const map = one("details.taking-map", here);
    if (map && window.L) map.hidden = false;
    showPlace();
  };
  document.addEventListener("console:restored", showPlace);
  document.addEventListener("htmx:afterSettle", arrive);
  arrive();
})();
