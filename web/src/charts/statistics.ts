/** Small exact statistics over plain arrays, for charts that summarise runs. Each says its definition; tests hold known numbers. */

/** Finite numbers only, ascending, as a new array. */
export function finite(numbers: ArrayLike<number>): Float64Array {
  const found = Float64Array.from(numbers).filter(Number.isFinite)
  return found.sort()
}

/** Quantile `q` of ascending numbers by linear interpolation between order statistics (type 7, numpy's default). */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const n = sorted.length
  if (n === 0) return Number.NaN
  const place = (n - 1) * q
  const left = Math.floor(place)
  const a = sorted[left] as number
  const b = sorted[Math.min(n - 1, left + 1)] as number
  return a + (b - a) * (place - left)
}

export interface Summary {
  n: number
  mean: number
  /** Of the sample, with n − 1; NaN below two. */
  std: number
  min: number
  max: number
  q1: number
  median: number
  q3: number
  /** Outermost values within 1.5 interquartile ranges of the quartiles (Tukey). */
  whiskerLow: number
  whiskerHigh: number
}

export function summarise(sorted: Float64Array): Summary {
  const n = sorted.length
  // Two passes: the sum of squares of large numbers close together would lose what tells them apart.
  let mean = 0
  for (const value of sorted) mean += value / n
  let squares = 0
  for (const value of sorted) squares += (value - mean) ** 2
  const q1 = quantile(sorted, 0.25)
  const q3 = quantile(sorted, 0.75)
  const reach = 1.5 * (q3 - q1)
  return {
    n,
    mean: n > 0 ? mean : Number.NaN,
    std: n > 1 ? Math.sqrt(squares / (n - 1)) : Number.NaN,
    min: sorted[0] ?? Number.NaN,
    max: sorted[n - 1] ?? Number.NaN,
    q1,
    median: quantile(sorted, 0.5),
    q3,
    whiskerLow: sorted.find(value => value >= q1 - reach) ?? Number.NaN,
    whiskerHigh: sorted.findLast(value => value <= q3 + reach) ?? Number.NaN,
  }
}

/** Density of a normal kernel of bandwidth `h` at each of `at`. Integrates to one. */
export function density(sorted: ArrayLike<number>, at: ArrayLike<number>, h: number): Float64Array {
  const n = sorted.length
  const found = new Float64Array(at.length)
  const scale = 1 / (n * h * Math.sqrt(2 * Math.PI))
  for (let k = 0; k < at.length; k++) {
    let sum = 0
    for (let i = 0; i < n; i++) {
      const z = ((at[k] as number) - (sorted[i] as number)) / h
      if (z > -8 && z < 8) sum += Math.exp(-0.5 * z * z)
    }
    found[k] = sum * scale
  }
  return found
}

/** Silverman's rule of thumb: 0.9 · min(std, IQR / 1.34) · n^(−1/5). 0 when all values are equal. */
export function bandwidth({ n, std, q1, q3 }: Summary): number {
  const iqr = (q3 - q1) / 1.34
  const spread = iqr > 0 ? Math.min(std, iqr) : std
  return spread > 0 ? 0.9 * spread * n ** -0.2 : 0
}

/** Two-sided 95 % quantile of Student's t with `df` degrees of freedom. Exact for 1 and 2, else Hill's expansion to 1e-3. */
export function t95(df: number): number {
  if (df < 1) return Number.NaN
  if (df === 1) return 12.706_204_736
  if (df === 2) return 4.302_652_73
  const z = 1.959_963_985
  const z2 = z * z
  // Cornish-Fisher (Abramowitz & Stegun 26.7.5).
  const g1 = (z * (z2 + 1)) / 4
  const g2 = (z * (5 * z2 * z2 + 16 * z2 + 3)) / 96
  const g3 = (z * (3 * z2 ** 3 + 19 * z2 ** 2 + 17 * z2 - 15)) / 384
  const g4 = (z * (79 * z2 ** 4 + 776 * z2 ** 3 + 1482 * z2 ** 2 - 1920 * z2 - 945)) / 92_160
  return z + g1 / df + g2 / df ** 2 + g3 / df ** 3 + g4 / df ** 4
}

export interface Trend {
  n: number
  slope: number
  intercept: number
  /** Pearson's correlation. */
  r: number
  /** Half the width of the 95 % confidence interval of the mean of y at `x`. */
  halfAt: (x: number) => number
  at: (x: number) => number
}

/** Least squares of y over x. Null below three points, or where all x are equal. */
export function trend(x: ArrayLike<number>, y: ArrayLike<number>): Trend | null {
  let [n, meanX, meanY] = [0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(x[i]) || !Number.isFinite(y[i])) continue
    n++
    meanX += ((x[i] as number) - meanX) / n
    meanY += ((y[i] as number) - meanY) / n
  }
  let [xx, xy, yy] = [0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(x[i]) || !Number.isFinite(y[i])) continue
    const [dx, dy] = [(x[i] as number) - meanX, (y[i] as number) - meanY]
    xx += dx * dx
    xy += dx * dy
    yy += dy * dy
  }
  if (n < 3 || xx === 0) return null
  const slope = xy / xx
  const intercept = meanY - slope * meanX
  const error = Math.sqrt(Math.max(0, yy - slope * xy) / (n - 2))
  const t = t95(n - 2)
  return {
    n,
    slope,
    intercept,
    r: yy === 0 ? 0 : xy / Math.sqrt(xx * yy),
    at: value => intercept + slope * value,
    halfAt: value => t * error * Math.sqrt(1 / n + (value - meanX) ** 2 / xx),
  }
}

export type Direction = 'minimize' | 'maximize'

/**
 * Rows that no other row beats in both directions, in the order of x. Of rows with the same x and y all are on the front.
 * O(n log n).
 */
export function paretoFront(x: ArrayLike<number>, y: ArrayLike<number>, goalX: Direction, goalY: Direction): number[] {
  const signX = goalX === 'minimize' ? 1 : -1
  const signY = goalY === 'minimize' ? 1 : -1
  const rows: number[] = []
  for (let i = 0; i < x.length; i++) if (Number.isFinite(x[i]) && Number.isFinite(y[i])) rows.push(i)
  rows.sort((a, b) => signX * ((x[a] as number) - (x[b] as number)) || signY * ((y[a] as number) - (y[b] as number)))
  const front: number[] = []
  let best = Number.POSITIVE_INFINITY
  let bestX = Number.NaN
  for (const row of rows) {
    const value = signY * (y[row] as number)
    if (value < best) {
      best = value
      bestX = x[row] as number
      front.push(row)
    } else if (value === best && x[row] === bestX) front.push(row)
  }
  return front.sort((a, b) => (x[a] as number) - (x[b] as number))
}

/** Rows that were the best so far, in the order of x. */
export function runningBest(x: ArrayLike<number>, y: ArrayLike<number>, goal: Direction): number[] {
  const sign = goal === 'minimize' ? 1 : -1
  const rows: number[] = []
  for (let i = 0; i < x.length; i++) if (Number.isFinite(x[i]) && Number.isFinite(y[i])) rows.push(i)
  rows.sort((a, b) => (x[a] as number) - (x[b] as number) || a - b)
  let best = Number.POSITIVE_INFINITY
  return rows.filter(row => {
    const value = sign * (y[row] as number)
    if (value >= best) return false
    best = value
    return true
  })
}
