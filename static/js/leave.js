// Signing out with unsent entries is asked about once; and what a tab left open shows is not the next person's to see.
(function () {
  onsite.bind('form[data-signout]', (form) => {
    form.addEventListener('submit', (event) => {
      if (!onsite.owed || form.dataset.asked) return;
      event.preventDefault();
      form.dataset.asked = '1';
      document.getElementById('owed').focus();
      onsite.toast(onsite.store.mute ? document.getElementById('owed').textContent.trim() : form.dataset.leave, 'att');
    });
  });

  document.addEventListener('visibilitychange', async () => {
    const uid = onsite.outbox.uid();
    const now = uid && document.visibilityState === 'visible' && (await onsite.store.recall('uid'));
    const holds = ['unsaved', 'full'].includes(document.getElementById('checkin')?.dataset.view); // the only copy
    if (now && now !== uid && !holds) location.reload();
  });
})();
