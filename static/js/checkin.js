// The check-in button of Today as a machine of views (view.js). The phone only advises, the server judges again;
// no view has a button that does nothing.
(function () {
  const FRESH = 15000;
  const ARM = 8000;
  const GIVE_UP = 20000;
  const WALK = 180000;
  const BLIND = ['declined', 'denied', 'timeout', 'unavailable', 'unsupported'];
  const SEEING = ['locating', 'inside', 'near', 'outside', 'weak', 'noplace'];

  class CheckIn extends onsite.Pending {
    constructor(root) {
      super(root);
      this.place = onsite.place(root.dataset);
      this.eyes = new onsite.Eyes(root);
      root.querySelector('form').addEventListener('submit', (event) => { event.preventDefault(); this.tap(); });
      root.addEventListener('click', ({ target }) => this.second(target.closest('[data-do]')?.dataset.do));
      document.addEventListener('visibilitychange', () => this.seen());
      this.begin();
    }

    async begin() {
      const waiting = await onsite.note.waiting(this.root.dataset.site);
      if (waiting) return this.hold(waiting, waiting.state === 'locating' ? 'sending' : 'saved');
      if (await this.asked()) return null;
      const state = await onsite.geo.permission();
      if (this.record || this.armed) return null;
      if (state === 'granted') return this.look('locating');
      return this.view.show(state === 'prompt' ? (onsite.remember('onsite-geo') ? 'ready' : 'ask') : state);
    }

    look(name) {
      this.rest();
      this.fix = null;
      this.since = Date.now();
      this.view.show(name);
      this.eyes.open((fix) => this.found(fix), (reason) => this.failed(reason));
      this.eyes.later(WALK, () => { this.rest(); this.view.show('ready'); });
    }

    rest() { this.eyes.close(); }

    found(next) {
      if (this.gone) return this.rest();
      onsite.remember('onsite-geo', '1');
      if (this.record) return null;
      if (!this.fix || next.accuracy <= Math.max(50, 2 * this.fix.accuracy) || next.heard - this.fix.heard > 5000) this.fix = next;
      const seen = onsite.fence(this.fix, this.place);
      if (!this.armed) return this.view.show(seen.name, seen);
      const good = this.fix.accuracy <= onsite.geo.GOOD || Date.now() - this.armed.at > ARM;
      if (seen.name === 'inside' || (good && this.settles(seen))) return this.send({ fix: this.fix });
      return good ? this.disarm(seen) : null;
    }

    failed(reason) {
      if (this.gone || this.record) return null;
      if (this.armed && !['denied', 'unsupported'].includes(reason)) return this.send({ reason });
      this.rest();
      this.fix = null;
      return this.disarm({ name: reason });
    }

    // Armed: one tap, and it goes by itself once it is known that it means what the button said, or that nobody
    // can tell. It is written down already: a page that is closed now changes nothing.
    arm(ask) {
      this.armed = this.begun(ask);
      this.look('armed');
      this.eyes.later(ARM, () => {
        const seen = this.fix && onsite.fence(this.fix, this.place);
        if (seen) this.settles(seen) ? this.send({ fix: this.fix }) : this.disarm(seen);
      });
      this.eyes.later(GIVE_UP, () => this.armed && this.failed('timeout'));
    }

    settles(seen) { return this.armed.ask || seen.name === 'inside' || seen.name === 'noplace' || this.root.dataset[seen.name] === 'go'; }

    disarm(seen) {
      if (this.armed) this.unmake(this.armed);
      this.armed = null;
      this.view.show(seen.name, seen);
      onsite.buzz(false);
    }

    tap() {
      const now = this.view.name;
      const fresh = this.fix && Date.now() - this.fix.heard < FRESH;
      if (now === 'sending' || now === 'armed' || onsite.remark.lacks(this.root, now)) return;
      if (this.record) onsite.outbox.flush('tap');
      else if (this.more) this.again();
      else if (now === 'ask') this.look('locating');
      else if (BLIND.includes(now)) this.send({ reason: now });
      else if (fresh && SEEING.includes(now) && (now !== 'weak' || Date.now() - this.since > ARM)) this.send({ fix: this.fix });
      else this.arm(['outside', 'near', 'weak'].includes(now));
    }

    second(action) {
      if (action === 'locate') this.look('locating');
      if (action === 'drop') this.forgo();
      if (action === 'cancel') {
        this.unmake(this.armed);
        this.armed = null;
        this.look('locating');
      }
      if (action === 'without' && !onsite.remark.lacks(this.root, 'denied')) this.send({ reason: 'denied' });
    }

    async seen() {
      if (this.gone || this.record || this.armed) return;
      // back from the phone's settings
      if (this.view.name === 'denied' && (await onsite.geo.permission()) === 'granted') this.look('locating');
      if (!SEEING.includes(this.view.name)) return;
      if (document.visibilityState !== 'visible') this.rest();
      else if (!this.eyes.stop) this.look('locating');
    }
  }

  onsite.bind('[data-checkin=ready]', (root) => new CheckIn(root));
})();
