// This phone's own key: made when it is first needed, kept in its database, never given out, shared by whoever uses
// the phone. It signs what is sent, offline records too (attendance/rules/signature.py says which text). A worker can
// use it. Without HTTPS, or where no key can be kept, things go unsigned, and go all the same.
(function () {
  const onsite = (self.onsite = self.onsite || {});
  const KEY = { name: 'ECDSA', namedCurve: 'P-256' };
  const HOW = { name: 'ECDSA', hash: 'SHA-256' };
  const SIGNED = ['client_id', 'uid', 'site_id', 'tapped_at', 'lat', 'lng', 'accuracy', 'fix_at', 'no_fix'];
  const REST = 60000;
  let pair = null;
  let tired = 0;

  // Adds key and sig to a body about to be posted; kind is the record's.
  onsite.sign = async function (kind, body) {
    if (!self.crypto || !crypto.subtle || Date.now() < tired) return;
    try {
      pair = pair || await known() || await made();
      const text = ['onsite-1', kind, ...SIGNED.map((name) => body.get(name) || '')].join('\n');
      const sig = await crypto.subtle.sign(HOW, pair.privateKey, new TextEncoder().encode(text));
      const key = await crypto.subtle.exportKey('raw', pair.publicKey);
      body.set('key', plain(key));
      body.set('sig', plain(sig));
    } catch {
      tired = Date.now() + REST;
    }
  };

  const meta = (mode, work) => onsite.store.run('meta', mode, work);
  const known = () => meta('readonly', (store, done) => { store.get('key').onsuccess = ({ target }) => done(target.result); });

  // Two tabs may make one each: the one written first stays.
  async function made() {
    const fresh = await crypto.subtle.generateKey(KEY, false, ['sign', 'verify']);
    return meta('readwrite', (store, done) => {
      store.get('key').onsuccess = ({ target }) => {
        if (!target.result) store.put(fresh, 'key');
        done(target.result || fresh);
      };
    });
  }

  const plain = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
})();
