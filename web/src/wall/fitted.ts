/** A uPlot chart as large as its box. */
import type uPlot from "uplot";

/** Keep a chart at the size that its box has room for; then: after each change. What is returned ends both. */
export function fitted(chart: uPlot, box: Element, size: () => { width: number; height: number }, then?: () => void): () => void {
  const observer = new ResizeObserver(() => {
    chart.setSize(size());
    then?.();
  });
  observer.observe(box);
  return () => {
    observer.disconnect();
    chart.destroy();
  };
}
