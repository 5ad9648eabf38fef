// A photo made no larger than the server keeps it, before it is sent; as it is where this browser cannot read it.
"use strict";

const EDGE = 2048, QUALITY = 0.85, SMALL_ENOUGH = 400_000;

/** A JPEG of at most 2,048 px, or the file itself where that is no smaller. */
async function shrunk(file) {
  if (file.size < SMALL_ENOUGH) return file;
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, EDGE / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.round(image.width * scale), Math.round(image.height * scale)];
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
    const small = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    return small && small.size < file.size ? small : file;
  } catch { return file; }
}
