// Proof of time: pages and answers bring a signed moment. Every entry carries the newest one from before its tap, and
// when this phone saw it, so that the server knows the tap cannot be older.
(function () {
  const onsite = (self.onsite = self.onsite || {});
  const key = (uid) => 'token:' + uid;
  const made = (token) => (token ? Number(token.text.split('.')[0]) : 0);
  const known = new Map();
  const loading = new Map();

  onsite.token = {
    see: async (text, uid) => {
      if (!text || !uid) return;
      const token = { text, seen: new Date().toISOString() };
      const before = await held(uid);
      if (made(token) <= made(before)) return;
      known.set(uid, token);
      onsite.store.keep(key(uid), token);
    },

    // {token, token_seen} for the fields of an entry.
    fields: async (uid) => {
      const token = await held(uid);
      return token ? { token: token.text, token_seen: token.seen } : {};
    },
  };

  async function held(uid) {
    if (!loading.has(uid)) loading.set(uid, onsite.store.recall(key(uid)).then((kept) => newest(uid, kept)));
    await loading.get(uid);
    return known.get(uid);
  }

  function newest(uid, token) {
    if (made(token) > made(known.get(uid))) known.set(uid, token);
  }

  if (!self.document) return;
  const { uid, token } = document.documentElement.dataset;
  onsite.token.see(token, uid);
})();
