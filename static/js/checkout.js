// Finishing a visit: the same road as the check-in, with whatever position a few seconds give.
(function () {
  onsite.bind('form[data-checkout]', (form) => {
    const root = form.closest('[data-checkin]');
    const button = form.querySelector('button');
    const view = onsite.views(root);

    form.parentElement.addEventListener('toggle', () => form.scrollIntoView({ block: 'nearest' }));
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (root.dataset.view === 'sending' || root.dataset.view === 'saved-out') return onsite.outbox.flush('tap');
      const at = new Date();
      onsite.busy(button, true);
      view.show('sending');
      return send(at, await onsite.geo.best(4000));
    });

    async function send(at, position) {
      const record = await onsite.noteCheckOut(form, root.dataset.name, at, position);
      if (!record) return form.submit();
      if (record.state === 'sent') return onsite.fresh();
      root.dataset.record = record.id;
      return onsite.outbox.flush('tap');
    }

    document.addEventListener('onsite:outbox', ({ detail: { kind, record } }) => {
      if (!root.isConnected || root.dataset.record !== record.id) return;
      if (!['kept', 'refused', 'dropped'].includes(kind)) return;
      onsite.busy(button, false);
      if (kind === 'kept') view.show('saved-out', { t: onsite.time(record.fields.tapped_at) });
      else { delete root.dataset.record; view.show('refused', { r: record.reason || '' }); }
    });
  });
})();
