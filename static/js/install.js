// Putting the app on the home screen: the browser's own question where there is one, else the steps by hand.
(function () {
  if (navigator.standalone) document.documentElement.dataset.app = '1';

  onsite.bind('[data-install]', (root) => {
    const asking = root.querySelector('[data-prompt]');
    const done = root.querySelector('[data-installed]');
    const show = (prompt) => {
      asking.hidden = !prompt;
      root.querySelector('[data-by-hand]').hidden = Boolean(prompt);
    };
    let prompt = null;

    self.addEventListener('beforeinstallprompt', (event) => {
      event.preventDefault();
      show(prompt = event);
    });
    self.addEventListener('appinstalled', () => {
      show(prompt = null);
      done.hidden = false;
    });
    asking.querySelector('button').addEventListener('click', async () => {
      const asked = prompt;
      show(prompt = null); // it can be asked once
      if (asked) await asked.prompt();
    });
  });

  onsite.bind('[data-copy]', (button) => {
    button.hidden = !navigator.clipboard;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(button.parentElement.querySelector('[data-address]').textContent);
      onsite.toast(button.dataset.done);
    });
  });
})();
