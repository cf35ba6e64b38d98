// A line between the page and the server that can be cut, go dead, or answer as a busy server does.
import { createServer, connect } from "node:net";

/** mode: "open"; "dead" takes connections and bytes and gives none; 429 or 503 is answered to all. */
export async function line(port) {
  let mode = "open";
  const ends = new Set();
  const server = createServer((near) => {
    ends.add(near);
    near.on("close", () => ends.delete(near));
    near.on("error", () => near.destroy());
    if (typeof mode === "number") {
      near.once("data", () => near.end(`HTTP/1.1 ${mode} Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`));
      return;
    }
    const far = connect(port, "127.0.0.1");
    far.on("error", () => near.destroy());
    far.on("data", (data) => mode !== "dead" && near.write(data));
    far.on("close", () => mode !== "dead" && near.end());
    near.on("data", (data) => mode !== "dead" && far.write(data));
    near.on("close", () => far.destroy());
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const cut = () => ends.forEach((end) => end.destroy());
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    cut,
    /** Of the connections that are open too, except where they go dead with it. */
    set: (wanted) => {
      mode = wanted;
      if (wanted !== "dead") cut();
    },
    close: () => { cut(); server.close(); },
  };
}
