// A check-in block that holds a record of the outbox: writes it down, sends it, shows how far it is.
// Whoever extends it gives rest() (stop looking) and look(name) (look again).
(function () {
  onsite.Pending = class {
    constructor(root) {
      this.root = root;
      this.view = onsite.views(root);
      this.born = Date.now();
      document.addEventListener('onsite:outbox', ({ detail }) => this.news(detail));
    }

    get gone() { return !this.root.isConnected; }

    async send(position) {
      const at = this.armed ? this.armed.at : new Date();
      this.hold({}, 'sending');
      const record = await onsite.noteCheckIn(this.root, at, position, this.born);
      if (!record) return this.root.querySelector('form').submit();
      if (record.state === 'sent') return onsite.fresh();
      this.hold(record, 'sending');
      return onsite.outbox.flush('tap');
    }

    hold(record, name) {
      this.rest();
      this.armed = null;
      this.record = record;
      this.root.dataset.record = record.id || '';
      this.view.show(name, { t: onsite.time(record.fields?.tapped_at) });
    }

    news({ kind, record, signIn }) {
      if (this.gone || !this.record || this.record.id !== record.id) return;
      if (kind === 'sending') this.view.show('sending');
      if (kind === 'kept') this.hold({ ...this.record, ...record }, signIn ? 'signin' : record.unsaved ? 'unsaved' : 'saved');
      if (kind === 'dropped') { this.record = null; this.look('locating'); }
      if (kind !== 'refused') return;
      this.record = null;
      this.view.show('refused', { r: record.reason });
      onsite.buzz(false);
    }
  };
})();
