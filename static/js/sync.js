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

  // The worker may have sent something while this page was on its way: the server did not know it yet. Looked at once
  // for each entry, whatever this phone's clock does.
  const own = new Set();
  document.addEventListener('onsite:outbox', ({ detail: { kind, here, record } }) => here && kind === 'sent' && own.add(record.id));
  onsite.bind('.today #checkin', async (root) => {
    if (!first || document.querySelector('[data-offline]')) return;
    first = false;
    const { timeOrigin } = performance;
    const all = await onsite.store.all();
    const last = all.filter(({ uid, state, sent }) => uid === onsite.outbox.uid() && state === 'sent' && sent > timeOrigin && sent <= Date.now()).at(-1);
    if (!last || own.has(last.id) || onsite.remember('onsite-met') === last.id) return;
    onsite.remember('onsite-met', last.id);
    if (last.fields.site_id === root.dataset.site) onsite.fresh();
    else location.reload();
  });
})();
