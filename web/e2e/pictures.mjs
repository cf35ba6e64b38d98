// Small PNGs made here: map tiles, and a plate as a camera on a mast would see a street.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { crc32, deflateSync } from "node:zlib";

function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** ink(x, y): red, green, blue of a pixel */
export function png(width, height, ink) {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows.set(ink(x, y), y * (width * 3 + 1) + 1 + 3 * x);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

/** A server of tiles: one colour all over, a darker rim; counts what it was asked for and by whom. */
export async function tileServer() {
  const asked = [];
  const tile = png(256, 256, (x, y) => (x < 2 || y < 2 ? [40, 60, 70] : [96, 128, 120]));
  const server = createServer((req, res) => {
    asked.push({ path: req.url, referrer: req.headers.referer ?? null, cookie: req.headers.cookie ?? null });
    res.writeHead(200, { "content-type": "image/png" }).end(tile);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const address = `http://127.0.0.1:${server.address().port}`;
  return { address, url: `${address}/{z}/{x}/{y}.png`, asked, stop: () => new Promise((done) => server.close(done)) };
}

/** A mast at (x, y), h metres up, looking along a heading, tilted down, focal length in pixels. */
export function mast({ x, y, h, heading, tilt, focal, size }) {
  const [w, height] = size;
  const rad = Math.PI / 180;
  const [s, c] = [Math.sin(heading * rad), Math.cos(heading * rad)];
  const [st, ct] = [Math.sin(tilt * rad), Math.cos(tilt * rad)];
  const toGround = ([px, py]) => {
    const [right, down] = [(px - w / 2) / focal, (py - height / 2) / focal];
    // straight ahead, tilted down; the image's right and down
    const [forward, drop] = [ct - down * st, st + down * ct];
    if (drop <= 1e-6) return null;
    const k = h / drop;
    return [x + k * (forward * s + right * c), y + k * (forward * c - right * s)];
  };
  const toImage = ([gx, gy]) => {
    const [dx, dy] = [gx - x, gy - y];
    const [forward, right] = [dx * s + dy * c, dx * c - dy * s];
    const depth = forward * ct + h * st;
    return [w / 2 + (focal * right) / depth, height / 2 + (focal * (h * ct - forward * st)) / depth];
  };
  return { toGround, toImage, size };
}

export const certificate = (file, picture) => JSON.stringify({ version: 1, pictures: [{ file, sha256: createHash("sha256").update(picture).digest("hex"), frames: 121, span_s: 700 }] });
