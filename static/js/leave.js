// Signing out with unsent entries is asked about once; and what a tab left open shows is not the next person's to see.
(function () {
  onsite.bind('form[data-signout]', (form) => {
    form.addEventListener('submit', (event) => {
      if (onsite.owed === undefined && document.getElementById('owed')) return look(event);
      if (!onsite.owed || form.dataset.asked) return;
      event.preventDefault();
      form.dataset.asked = '1';
      document.getElementById('owed').focus();
      onsite.toast(onsite.store.mute ? document.getElementById('owed').textContent.trim() : form.dataset.leave, 'att');
    });
  });

  // Tapped before the page has looked: then the tap waits for that.
  async function look(event) {
    event.preventDefault();
    const { length } = await onsite.outbox.list();
    if (onsite.owed === undefined) onsite.owed = length || Boolean(onsite.store.mute);
    event.target.requestSubmit();
  }

  document.addEventListener('visibilitychange', async () => {
    const uid = onsite.outbox.uid();
    const now = uid && document.visibilityState === 'visible' && (await onsite.store.recall('uid'));
    const holds = ['unsaved', 'full'].includes(document.getElementById('checkin')?.dataset.view); // the only copy
    if (now && now !== uid && !holds) location.reload();
  });
})();
