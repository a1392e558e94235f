// What this phone still owes the server, and what it remembers. Opened for each operation (iOS drops idle
// connections, or never answers), tried twice; a phone that cannot store keeps a record in this page's memory,
// and says so. A worker can use it too.
(function () {
  const onsite = (self.onsite = self.onsite || {});
  const NAME = 'onsite';
  const VERSION = 2;
  const STORES = { outbox: { keyPath: 'id' }, meta: {}, photos: { keyPath: 'id' } };
  const PATIENCE = 3000;
  const memory = new Map();

  onsite.store = {
    // The record itself, or the one already there that `twin` finds; one transaction, so two tabs agree.
    add: (record, twin) =>
      run('outbox', 'readwrite', (store, done) => {
        store.getAll().onsuccess = (event) => {
          const known = event.target.result.find(twin);
          if (!known) store.put(record);
          done(known || record);
        };
      }).catch(() => {
        const known = [...memory.values()].find(twin);
        if (known) return known;
        memory.set(record.id, { ...record, unsaved: true });
        return memory.get(record.id);
      }),

    all: () =>
      run('outbox', 'readonly', (store, done) => {
        store.getAll().onsuccess = (event) => done(event.target.result);
      })
        .catch(() => [])
        .then((kept) => [...kept, ...memory.values()].sort((a, b) => (a.created < b.created ? -1 : 1))),

    // Change a record that is still there; resolves to it, to null when it is gone, to undefined when nobody can say.
    change: (id, changes) => {
      if (memory.has(id)) return Promise.resolve(Object.assign(memory.get(id), changes));
      return run('outbox', 'readwrite', (store, done) => {
        store.get(id).onsuccess = (event) => {
          const record = event.target.result;
          if (record) store.put(Object.assign(record, changes));
          done(record || null);
        };
      }).catch(() => undefined);
    },

    remove: (id) => {
      memory.delete(id);
      return run('outbox', 'readwrite', (store) => store.delete(id)).catch(() => null);
    },

    // Small things under a name: who is signed in, the last time token. Undefined when there is none, or no storage.
    recall: (key) =>
      run('meta', 'readonly', (store, done) => {
        store.get(key).onsuccess = (event) => done(event.target.result);
      }).catch(() => undefined),

    keep: (key, value) => run('meta', 'readwrite', (store) => store.put(value, key)).catch(() => undefined),

    run: (...how) => run(...how),
  };

  const run = (name, mode, work) => once(name, mode, work).catch(() => once(name, mode, work));

  async function once(name, mode, work) {
    const db = await open();
    try {
      return await new Promise((resolve, reject) => {
        const tx = db.transaction(name, mode, { durability: 'strict' });
        let result;
        tx.oncomplete = () => resolve(result);
        tx.onabort = tx.onerror = () => reject(tx.error);
        work(tx.objectStore(name), (value) => { result = value; });
      });
    } finally {
      db.close();
    }
  }

  function open() {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, VERSION);
      let late = false;
      setTimeout(() => { late = true; reject(new Error('no answer')); }, PATIENCE);
      request.onupgradeneeded = () => upgrade(request.result);
      request.onsuccess = () => (late ? request.result.close() : resolve(request.result));
      request.onerror = request.onblocked = () => reject(request.error);
    });
  }

  function upgrade(db) {
    for (const [name, options] of Object.entries(STORES)) {
      if (!db.objectStoreNames.contains(name)) db.createObjectStore(name, options);
    }
  }
})();
