// What this phone holds: entries of the outbox, a few values (meta), photos. Opened for each operation (iOS drops idle
// connections, or never answers), tried twice; a phone that cannot store keeps entries in this page's memory, and says
// so. A worker can use it too.
(function () {
  const onsite = (self.onsite = self.onsite || {});
  const NAME = 'onsite';
  const OUTBOX = 'outbox';
  const STORES = { outbox: { keyPath: 'id' }, meta: {}, photos: { keyPath: 'id' } };
  const PATIENCE = 3000;
  const REST = 60000; // for a database that does not answer at all
  const NO_ANSWER = 'no answer';
  const memory = new Map();
  let silent = 0;

  onsite.store = {
    // The record itself, or the one already there that `twin` finds; one transaction, so two tabs agree.
    add: (record, twin) =>
      run(OUTBOX, 'readwrite', (store, done) => {
        store.getAll().onsuccess = (event) => {
          const known = event.target.result.find(twin);
          if (!known) store.put(record);
          done(known || record);
        };
      }).catch((error) => {
        const known = [...memory.values()].find(twin);
        if (known) return known;
        memory.set(record.id, { ...record, unsaved: error && error.name === 'QuotaExceededError' ? 'full' : 'unsaved' });
        return memory.get(record.id);
      }),

    all: () =>
      run(OUTBOX, 'readonly', (store, done) => {
        store.getAll().onsuccess = (event) => done(event.target.result);
      })
        .then((kept) => { onsite.store.mute = false; return kept; }, () => { onsite.store.mute = true; return []; })
        .then((kept) => [...kept.filter(({ id }) => !memory.has(id)), ...memory.values()].sort((a, b) => (a.created < b.created ? -1 : 1))),

    // Change a record that is still there (changes: an object, or record => object, or null for no change); resolves
    // to it, to null when it is gone or was not to be changed, to undefined when nobody can say.
    change: (id, changes) => {
      const next = (record) => (typeof changes === 'function' ? changes(record) : changes);
      if (memory.has(id)) {
        const wanted = next(memory.get(id));
        return Promise.resolve(wanted && Object.assign(memory.get(id), wanted));
      }
      return run(OUTBOX, 'readwrite', (store, done) => {
        store.get(id).onsuccess = (event) => {
          const record = event.target.result;
          const wanted = record && next(record);
          if (wanted) store.put(Object.assign(record, wanted));
          done(wanted ? record : null);
        };
      }).catch(() => undefined);
    },

    // For a record that can be read and no longer changed: this page goes on with a copy of it.
    lend: async (id, changes) => {
      const record = (await onsite.store.all()).find((one) => one.id === id);
      const wanted = record && changes(record);
      if (wanted) memory.set(id, { ...record, ...wanted, unsaved: 'unsaved' });
      return wanted ? memory.get(id) : null;
    },

    remove: (id) => {
      memory.delete(id);
      return run(OUTBOX, 'readwrite', (store) => store.delete(id)).catch(() => null);
    },

    // A value of meta; undefined when there is none, null when nobody can say.
    recall: (key) =>
      run('meta', 'readonly', (store, done) => {
        store.get(key).onsuccess = (event) => done(event.target.result);
      }).catch(() => null),

    keep: (key, value) => run('meta', 'readwrite', (store) => store.put(value, key)).catch(() => null),

    run,
  };

  // work(store, done) in one transaction of `name`; resolves to what `done` was given once it is written.
  function run(name, mode, work) {
    if (Date.now() < silent) return Promise.reject(new Error(NO_ANSWER));
    return once(name, mode, work).catch(() => once(name, mode, work)).catch((error) => {
      if (error && error.message === NO_ANSWER) silent = Date.now() + REST;
      throw error;
    });
  }

  async function once(name, mode, work) {
    const db = await open(2);
    try {
      return await new Promise((resolve, reject) => {
        const tx = db.transaction(name, mode, { durability: 'strict' });
        let result;
        tx.oncomplete = () => resolve(result);
        tx.onabort = tx.onerror = (event) => reject(tx.error || event.target.error);
        work(tx.objectStore(name), (value) => { result = value; });
      });
    } finally {
      db.close();
    }
  }

  // A newer version of the app may have been here already: then as it left it.
  function open(version) {
    return new Promise((resolve, reject) => {
      const request = version ? indexedDB.open(NAME, version) : indexedDB.open(NAME);
      let late = false;
      setTimeout(() => { late = true; reject(new Error(NO_ANSWER)); }, PATIENCE);
      request.onupgradeneeded = ({ target: { result: db } }) => {
        for (const [name, how] of Object.entries(STORES)) {
          if (!db.objectStoreNames.contains(name)) db.createObjectStore(name, how);
        }
      };
      request.onsuccess = () => (late ? request.result.close() : resolve(request.result));
      request.onerror = () => (version && request.error.name === 'VersionError' ? resolve(open()) : reject(request.error));
    });
  }
})();
