// Asks the browser to wake the worker when there is a network, also after the page was closed. Where it does not offer
// this, or the person forbids it, the page's own timers do the same while it is open.
(function () {
  document.addEventListener('onsite:outbox', async ({ detail: { kind, here } }) => {
    if (!here || !['changed', 'kept'].includes(kind)) return;
    try {
      const registration = await navigator.serviceWorker.getRegistration();
      await registration.sync.register('onsite-outbox');
    } catch { /* not here */ }
  });
})();
