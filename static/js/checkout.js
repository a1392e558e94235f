// Finishing a visit: the same road as the check-in, with whatever position a few seconds give. It is not waited for
// longer: until it is there, nothing is written down.
(function () {
  onsite.bind('form[data-checkout]', (form) => {
    const root = form.closest('[data-checkin]');
    const button = form.querySelector('button');
    const view = onsite.views(root);
    const range = root.querySelector('#range');
    const before = range.cloneNode(true);

    form.parentElement.addEventListener('toggle', () => {
      form.scrollIntoView({ block: 'nearest' });
      form.querySelector('[type=radio]').focus({ preventScroll: true }); // the summary that had it is gone
    });
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (['sending', 'saved-out', 'signin-out'].includes(root.dataset.view)) return onsite.outbox.flush('tap');
      const at = new Date();
      onsite.busy(button, true);
      view.show('sending');
      return send(at, await onsite.geo.best(4000, 0));
    });

    async function send(at, position) {
      const record = await onsite.noteCheckOut(form, root.dataset.name, at, position);
      if (!record) return form.submit();
      if (record.state === 'sent') return onsite.fresh();
      root.dataset.record = record.id;
      return onsite.outbox.flush('tap');
    }

    document.addEventListener('onsite:outbox', ({ detail: { kind, record, signIn } }) => {
      if (!root.isConnected || root.dataset.record !== record.id) return;
      if (!['kept', 'refused', 'dropped'].includes(kind)) return;
      onsite.busy(button, false);
      if (kind === 'kept') return view.show(signIn ? 'signin-out' : 'saved-out', { t: onsite.time(record.fields.tapped_at) });
      delete root.dataset.record;
      return kind === 'refused' ? view.show('refused', { r: record.reason }) : forget();
    });

    // removed from the outbox: the visit is open as it was
    function forget() {
      delete root.dataset.view;
      range.className = before.className;
      range.replaceChildren(...before.cloneNode(true).childNodes);
    }
  });
})();
