// "Which stores are near": asks for a position on the tap only; without one the plain link is followed.
(function () {
  onsite.bind('a[data-nearby]', (link) => {
    link.addEventListener('click', async (event) => {
      event.preventDefault();
      if (link.getAttribute('aria-busy')) return;
      onsite.busy(link, true);
      const { fix } = await onsite.geo.best(6000);
      const values = fix && { lat: fix.latitude, lng: fix.longitude, accuracy: fix.accuracy };
      if (values) await onsite.post(link, '/nearby', values);
      else location.assign(link.href);
      onsite.busy(link, false);
    });
  });
})();
