// In the service worker: show what was pushed, and open the right page when it is tapped.
(function () {
  self.addEventListener('push', (event) => {
    let said = {};
    try {
      said = event.data ? event.data.json() : {};
    } catch { /* not ours: shown without words, because something must be shown */ }
    const { title = 'Onsite', body = '', link = '/notices', notice = null } = said;
    const options = { body, data: { link, notice }, tag: notice ? 'notice-' + notice : undefined };
    event.waitUntil(self.registration.showNotification(title, options));
  });

  self.addEventListener('notificationclick', (event) => {
    event.notification.close();
    const { link, notice } = event.notification.data || {};
    const address = new URL(link || '/notices', self.location.origin);
    const safe = address.origin === self.location.origin ? address.href : self.location.origin + '/notices';
    event.waitUntil(Promise.all([read(notice), open(safe)]));
  });

  // Whoever is not signed in reads it later; the page itself asks them to sign in.
  function read(notice) {
    if (!notice) return null;
    return fetch('/notices/' + notice + '/read', { method: 'POST', credentials: 'same-origin' }).catch(() => null);
  }

  async function open(href) {
    const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
    const same = windows.find((one) => one.url === href);
    if (same) return same.focus();
    return self.clients.openWindow(href);
  }
})();
