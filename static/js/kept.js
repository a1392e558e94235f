// How many entries this phone should hold, noted outside their database with its mark: a browser that threw the
// database away is found out. And, once somebody depends on it, the browser is asked to keep it.
(function () {
  const name = () => 'onsite-kept-' + onsite.outbox.uid();

  onsite.kept = {
    // After every change of the list.
    count: async (number) => {
      if (!number) return onsite.remember(name(), '');
      const mark = (await onsite.store.recall('mark')) || Math.random().toString(36);
      await onsite.store.keep('mark', mark);
      return onsite.remember(name(), mark + ' ' + number);
    },

    // How many are gone; 0 when none are, or nobody can say.
    missing: async () => {
      const [mark, number] = (onsite.remember(name()) || '').split(' ');
      const found = mark ? await onsite.store.recall('mark') : null;
      return mark && found !== null && found !== mark ? Number(number) : 0;
    },
  };

  document.addEventListener('onsite:outbox', ({ detail: { kind } }) => {
    if (kind !== 'sent' || !navigator.storage || !navigator.storage.persist || onsite.remember('onsite-persist')) return;
    onsite.remember('onsite-persist', '1');
    navigator.storage.persist().catch(() => {});
  });
})();
