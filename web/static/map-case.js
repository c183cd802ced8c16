// The place of one case among the bureau's own areas, and the map on which it is corrected. The page works without both.
"use strict";
(() => {
  if (!window.L) return;
  const spot = (ground, at) => {
    const icon = L.divIcon({ html: document.createElement("span"), className: "map-spot late", iconSize: [22, 22] });
    return L.marker(at, { icon, interactive: false, keyboard: false }).addTo(ground.map);
  };
  const isNew = (element) => {
    if (!element || element.dataset.drawn) return false;
    element.dataset.drawn = "1";
    return true;
  };

  const show = () => {
    document.querySelectorAll("details.point-map").forEach((one) => { one.hidden = false; });
    const element = document.querySelector("#case-map");
    if (!isNew(element)) return;
    // A page is scrolled past it, so the wheel stays with the page.
    const ground = window.mapGround.begin(element, { scrollWheelZoom: false, dragging: !L.Browser.mobile });
    const at = ground.toMap(...ground.setup.point);
    ground.map.setView(at, 14, { animate: false });
    spot(ground, at);
    ground.drawAreas();
  };

  // Drawn once it is opened: what is not seen has no size.
  document.addEventListener("toggle", (event) => {
    const opened = event.target;
    if (!opened.matches || !opened.matches("details.point-map") || !opened.open) return;
    const element = opened.querySelector("[data-setup]");
    if (!isNew(element)) return;
    const input = opened.closest(".field").querySelector("[data-point]");
    const ground = window.mapGround.begin(element, { scrollWheelZoom: false });
    let shown = null;
    if (ground.setup.point) {
      const at = ground.toMap(...ground.setup.point);
      ground.map.setView(at, 15, { animate: false });
      shown = spot(ground, at);
    } else ground.fit(ground.setup.bounds);
    ground.drawAreas();
    ground.map.on("click", ({ latlng }) => {
      const [latitude, longitude] = ground.fromMap(latlng.lat, latlng.lng);
      if (shown) shown.remove();
      shown = spot(ground, latlng);
      input.value = `${latitude.toFixed(6)}, ${longitude.toFixed(6)}`;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }, true);

  document.addEventListener("htmx:afterSettle", show);
  show();
})();
