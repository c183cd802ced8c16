// The place of one case among the bureau's own areas. The page works without it.
"use strict";
(() => {
  const element = document.querySelector("#case-map");
  if (!element || !window.L) return;
  // A page is scrolled past it, so the wheel stays with the page.
  const ground = window.mapGround.begin(element, { scrollWheelZoom: false, dragging: !L.Browser.mobile });
  const at = ground.toMap(...ground.setup.point);
  const size = 22;
  const html = document.createElement("span");
  const icon = L.divIcon({ html, className: "map-spot late", iconSize: [size, size] });
  ground.map.setView(at, 14, { animate: false });
  L.marker(at, { icon, interactive: false, keyboard: false }).addTo(ground.map);
  ground.drawAreas();
})();
