// A picture of the camera made small enough for a slow line: at most 1280 pixels, about 200 KB, nothing but pixels.
(function () {
  const LONGEST = 1280;
  const ENOUGH = 200 * 1024;
  const QUALITIES = [0.8, 0.7, 0.6, 0.5];

  onsite.shrink = async function (file) {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const pen = canvas.getContext('2d');
    pen.fillStyle = 'white';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.imageSmoothingQuality = 'high';
    pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const bytes = await (await smallest(canvas)).arrayBuffer();
    canvas.width = canvas.height = 0; // iOS keeps the memory of a canvas until it is told
    return { bytes, sha: hex(await crypto.subtle.digest('SHA-256', bytes)) };
  };

  async function smallest(canvas) {
    let blob = null;
    for (const quality of QUALITIES) {
      blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
      if (!blob) throw new Error('no picture');
      if (blob.size <= ENOUGH) break;
    }
    return blob;
  }

  const hex = (digest) => [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
})();
