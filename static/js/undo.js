// "Undo (30)": said at 30, 20, 10 and 5 only, and gone at 0, when the untimed way remains. The tap goes through the
// outbox: without a network it is sent later, and the server looks at when it was made.
(function () {
  onsite.bind('form[data-undo]', (form) => {
    const left = form.querySelector('[data-left]');
    const end = Date.now() + Number(form.dataset.undo) * 1000;
    const tick = () => {
      const seconds = Math.ceil((end - Date.now()) / 1000);
      if (!form.isConnected) return;
      if (seconds <= 0) return leave(form);
      const step = [5, 10, 20, 30].find((n) => seconds <= n) || seconds;
      if (left) left.textContent = '(' + step + ')';
      setTimeout(tick, 1000);
    };
    tick();
    take(form);
  });

  function take(form) {
    const root = form.closest('[data-checkin]');
    const button = form.querySelector('button');
    const view = onsite.views(root);
    const finish = root.querySelector('.finish');
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (button.getAttribute('aria-busy')) return;
      onsite.busy(button, true);
      const record = await onsite.note.undo(form, root.dataset.name, new Date());
      if (!record) return form.submit();
      if (record.state === 'sent') return onsite.fresh();
      root.dataset.record = record.id;
      view.show('sending');
      return onsite.outbox.flush('tap');
    });
    document.addEventListener('onsite:outbox', ({ detail: { kind, record, why } }) => {
      if (!root.isConnected || root.dataset.record !== record.id || record.kind !== 'undo') return;
      onsite.busy(button, false);
      if (finish && kind !== 'sending') finish.hidden = kind === 'kept'; // taken back: nothing is left to finish
      const numbers = { t: onsite.time(record.fields?.tapped_at), w: onsite.because(why), r: record.reason };
      if (kind === 'kept') view.show(why === 'signin' ? 'signin-undo' : 'saved-undo', numbers);
      if (kind === 'refused') view.show('refused', numbers);
    });
  }

  function leave(form) {
    const next = form.parentElement.querySelector('[data-after-undo]');
    const held = form.contains(document.activeElement);
    form.remove();
    if (!next) return;
    next.hidden = false;
    if (held) next.focus();
  }
})();
