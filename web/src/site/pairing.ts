/** One to one by best overall agreement: the pairs of rows and columns whose weights sum to the most (Kuhn 1955, Munkres 1957). */

/** For each row its column, -1 where none; a weight of 0 or less makes no pair. */
export function paired(weights: readonly (readonly number[])[]): number[] {
  const n = Math.max(weights.length, weights[0]?.length ?? 0);
  const cost = (i: number, j: number): number => -Math.max(weights[i]?.[j] ?? 0, 0);
  // shortest augmenting paths with potentials, rows and columns counted from 1
  const u = new Float64Array(n + 1);
  const v = new Float64Array(n + 1);
  const rowOf = new Int32Array(n + 1);
  for (let i = 1; i <= n; i++) {
    const least = new Float64Array(n + 1).fill(Infinity);
    const used = new Uint8Array(n + 1);
    const from = new Int32Array(n + 1);
    rowOf[0] = i;
    let j = 0;
    do {
      used[j] = 1;
      const row = rowOf[j];
      let [step, next] = [Infinity, 0];
      for (let k = 1; k <= n; k++) {
        if (used[k] === 1) continue;
        const rest = cost(row - 1, k - 1) - u[row] - v[k];
        if (rest < least[k]) [least[k], from[k]] = [rest, j];
        if (least[k] < step) [step, next] = [least[k], k];
      }
      for (let k = 0; k <= n; k++)
        if (used[k] === 1) {
          u[rowOf[k]] += step;
          v[k] -= step;
        } else least[k] -= step;
      j = next;
    } while (rowOf[j] !== 0);
    for (; j !== 0; j = from[j]) rowOf[j] = rowOf[from[j]];
  }
  const found = new Array<number>(weights.length).fill(-1);
  for (let j = 1; j <= n; j++) if (rowOf[j] <= weights.length && (weights[rowOf[j] - 1]?.[j - 1] ?? 0) > 0) found[rowOf[j] - 1] = j - 1;
  return found;
}
