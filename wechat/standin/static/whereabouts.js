// Where this device is, if its owner lets the page know.

const PATIENCE_MS = 8000;

// `{ latitude, longitude }` in degrees as the device gives them; null when refused, unknown or too slow.
export function whereabouts() {
  if (!navigator.geolocation) return Promise.resolve(null);
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ latitude: coords.latitude, longitude: coords.longitude }),
      () => resolve(null),
      { timeout: PATIENCE_MS, maximumAge: 60000 }
    );
  });
}
