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

    // The tap is written down now, whatever becomes of it; its position follows.
    begun(ask) {
      const at = new Date();
      return { at, ask, record: onsite.note.checkIn(this.root, at, this.born) };
    }

    async send(position) {
      const { armed } = this;
      this.hold({}, 'sending');
      const record = armed
        ? await this.settled(armed, position)
        : await onsite.note.checkIn(this.root, new Date(), this.born, position);
      if (!record) return this.root.querySelector('form').submit();
      if (record.state === 'sent') return onsite.fresh();
      this.hold(record, 'sending');
      return onsite.outbox.flush('tap');
    }

    async settled({ record }, position) {
      const written = await record;
      if (!written || written.state !== 'locating') return written;
      await onsite.outbox.complete(written.id, onsite.geo.fields(position));
      return (await onsite.store.all()).find(({ id }) => id === written.id) || { ...written, state: 'sent' };
    }

    // Nothing was promised yet: the phone itself saw that this tap would not be what the button said.
    async unmake({ at, record }) {
      const written = await record;
      const ours = written && written.state === 'locating' && written.fields.tapped_at === at.toISOString();
      if (ours) await onsite.outbox.drop(written.id);
    }

    hold(record, name) {
      this.rest();
      this.armed = null;
      this.record = record;
      this.root.dataset.record = record.id || '';
      this.view.show(name, { t: onsite.time(record.fields?.tapped_at), w: onsite.because(record.why) });
    }

    news({ kind, record, why }) {
      if (this.gone || !this.record || this.record.id !== record.id) return;
      if (kind === 'sending') this.view.show('sending');
      if (kind === 'kept') this.hold({ ...this.record, ...record }, record.unsaved || (why === 'signin' ? 'signin' : 'saved'));
      if (kind === 'dropped') { this.record = null; this.root.dataset.record = ''; this.look('locating'); }
      if (kind !== 'refused') return;
      this.record = null;
      if (!this.wants(record)) { this.root.dataset.record = ''; this.view.show('refused', { r: record.reason }); }
      onsite.buzz(false);
    }

    // The server asks for more before it takes a tap: the same tap goes again with what it asked for.
    wants(record) {
      const name = onsite.remark.asked(this.root, record);
      if (!name) return false;
      this.rest();
      this.more = record;
      this.view.show(name, { r: record.reason });
      return true;
    }

    async forgo() {
      await onsite.outbox.drop(this.more.id);
      this.more = null;
      this.root.dataset.record = '';
      this.look('locating');
    }

    async asked() {
      const { site } = this.root.dataset;
      return (await onsite.outbox.list()).some((r) => r.kind === 'check-in' && r.fields.site_id === site && this.wants(r));
    }

    async again() {
      const record = { ...this.more, ...(await onsite.outbox.amend(this.more.id, onsite.remark.fields(this.root))) };
      this.more = null;
      this.hold(record, 'sending');
      return onsite.outbox.flush('tap');
    }
  };
})();
