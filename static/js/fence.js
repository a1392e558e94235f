// The server's fence rule in small, for advice while walking: inside d + a <= R, outside d - a > R, else uncertain.
(function () {
  const WORST = 200;
  const POOR = 50;

  // {name of the view, its numbers in metres}; place is {lat, lng, radius} or null.
  onsite.fence = function (fix, place) {
    const a = fix.accuracy;
    if (!place) return { name: 'noplace', a };
    const d = metres(fix.latitude, fix.longitude, place.lat, place.lng);
    return { name: verdict(d, a, place.radius), a, d, m: Math.max(1, d - place.radius) };
  };

  function verdict(d, a, radius) {
    if (a > WORST) return 'weak';
    if (d + a <= radius) return 'inside';
    if (d - a > radius) return 'outside';
    return a > POOR ? 'weak' : 'near';
  }

  function metres(lat1, lng1, lat2, lng2) {
    const rad = Math.PI / 180;
    const s = Math.sin(((lat2 - lat1) * rad) / 2);
    const t = Math.sin(((lng2 - lng1) * rad) / 2);
    return 12742018 * Math.asin(Math.sqrt(s * s + Math.cos(lat1 * rad) * Math.cos(lat2 * rad) * t * t));
  }
})();
