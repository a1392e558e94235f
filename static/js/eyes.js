// Looking for the position while a block is on the screen: one watch at a time, and the timers that belong to it.
(function () {
  onsite.Eyes = class {
    constructor(root) {
      this.root = root;
      this.timers = [];
      this.stop = null;
    }

    open(found, failed) {
      this.stop = onsite.geo.watch(found, failed);
    }

    later(ms, fn) {
      this.timers.push(setTimeout(() => this.root.isConnected && fn(), ms));
    }

    close() {
      if (this.stop) this.stop();
      this.stop = null;
      this.timers.splice(0).forEach(clearTimeout);
    }
  };
})();
