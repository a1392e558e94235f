// "Which stores are near": asks for a position on the tap only; without one the plain link is followed,
// or on the page it leads to, the reason said.
(function () {
  onsite.bind('a[data-nearby]', (link) => {
    link.addEventListener('click', async (event) => {
      event.preventDefault();
      if (link.getAttribute('aria-busy')) return;
      onsite.busy(link, true);
      const { fix } = await onsite.geo.best(6000, 10000);
      const values = fix && { lat: fix.latitude, lng: fix.longitude, accuracy: fix.accuracy };
      if (values) await onsite.post(link, '/nearby', values);
      else if (link.pathname === location.pathname) onsite.toast(link.dataset.none, 'att');
      else location.assign(link.href);
      onsite.busy(link, false);
    });
  });
})();
