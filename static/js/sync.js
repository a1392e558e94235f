// Asks the browser to wake the worker when there is a network, also after the page was closed. Where it does not offer
// this, or the person forbids it, the page's own timers do the same while it is open.
(function () {
  let first = true;

  document.addEventListener('onsite:outbox', async ({ detail: { kind, here } }) => {
    if (!here || !['changed', 'kept'].includes(kind)) return;
    try {
      const registration = await navigator.serviceWorker.getRegistration();
      await registration.sync.register('onsite-outbox');
    } catch { /* not here */ }
  });

  // The worker may have sent something while this page was on its way: the server did not know it yet.
  onsite.bind('.today #checkin', async () => {
    if (!first || document.querySelector('[data-offline]')) return;
    first = false;
    const meanwhile = ({ uid, state, sent }) => uid === onsite.outbox.uid() && state === 'sent' && sent > performance.timeOrigin;
    if ((await onsite.store.all()).some(meanwhile)) onsite.fresh();
  });
})();
