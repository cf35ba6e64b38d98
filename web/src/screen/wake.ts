/** Keeps the display awake where the browser can; taken again whenever the page is seen again. */
export function stayAwake(): void {
  const take = () => {
    if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => undefined);
  };
  document.addEventListener("visibilitychange", take);
  take();
}
