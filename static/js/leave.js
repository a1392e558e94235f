// Signing out with unsent entries is asked about once.
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
})();
