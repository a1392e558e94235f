// Which of the phones in the list this one is: only it can tell, by its own key. It makes none for that.
(function () {
  const plain = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

  onsite.bind('[data-phones]', async (list) => {
    const pair = self.crypto && crypto.subtle && (await onsite.store.recall('key'));
    if (!pair) return;
    const mark = plain(await crypto.subtle.digest('SHA-256', await crypto.subtle.exportKey('raw', pair.publicKey)));
    const mine = [...list.children].find((row) => row.dataset.key === mark);
    if (mine) mine.querySelector('[data-this]').hidden = false;
  });
})();
