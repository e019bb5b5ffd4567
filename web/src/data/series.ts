/**
 * The columns of one drawn series, and how they grow: append, drop what is known, fuse buckets.
 *
 * A row is a bucket of x; in a raw series every row is one point. Fusing is exact: counts add, bounds widen, means weigh.
 */

/** Every digit that was logged: half of them would draw 1e40 as nothing, 1e-50 as zero, and a counter of tokens in steps. */
export type Values = Float64Array

export interface SeriesColumns {
  x: Float64Array
  /** All points; `nan`, `posinf` and `neginf` are among them and take no part in min, max and mean. */
  count: Uint32Array
  min: Values
  max: Values
  mean: Values
  first: Values
  last: Values
  nan: Uint32Array
  posinf: Uint32Array
  neginf: Uint32Array
}

export interface SeriesData extends SeriesColumns {
  rows: number
  /** Points behind the rows. */
  pointCount: number
  /** Every row is one point. */
  isRaw: boolean
  /** The newest step that is in here, −1 without one: the next read asks for what follows it. */
  lastStep: number
  /** The smoothed series at each row, of all points and not of the rows; null: none was asked for. */
  smooth?: Values | null
}

export const NAMES = ['x', 'count', 'min', 'max', 'mean', 'first', 'last', 'nan', 'posinf', 'neginf'] as const

export const EMPTY_SERIES: SeriesData = {
  ...columns(0),
  rows: 0,
  pointCount: 0,
  isRaw: true,
  lastStep: -1,
}

/** Zeroed columns of length `n`. */
export function columns(n: number): SeriesColumns {
  return {
    x: new Float64Array(n),
    count: new Uint32Array(n),
    min: new Float64Array(n),
    max: new Float64Array(n),
    mean: new Float64Array(n),
    first: new Float64Array(n),
    last: new Float64Array(n),
    nan: new Uint32Array(n),
    posinf: new Uint32Array(n),
    neginf: new Uint32Array(n),
  }
}

/** Bytes held by the columns of `data`. */
export function sizeOf(data: SeriesData): number {
  return data.rows * (8 + 4 * 4 + (data.smooth ? 6 : 5) * data.mean.BYTES_PER_ELEMENT)
}

/** Rows `from …` of `data`, sharing memory. */
export function tail(data: SeriesData, from: number): SeriesData {
  if (from <= 0) return data
  const cut = {} as Record<string, unknown>
  for (const name of NAMES) cut[name] = data[name].subarray(from)
  const rest = { ...data, ...(cut as unknown as SeriesColumns), rows: Math.max(0, data.rows - from) }
  if (data.smooth) rest.smooth = data.smooth.subarray(from)
  rest.pointCount = pointsOf(rest)
  return rest
}

/** Points of any kind in the rows. */
function pointsOf(data: SeriesColumns): number {
  let points = 0
  for (let i = 0; i < data.x.length; i++) points += data.count[i] as number
  return points
}

/** Points of row `i` that are finite: those that min, max and mean are of. */
export function finiteCount(data: SeriesColumns, i: number): number {
  return (data.count[i] as number) - (data.nan[i] as number) - (data.posinf[i] as number) - (data.neginf[i] as number)
}

/**
 * Series that grow at the end without being copied each time: a live chart adds a few rows to hundreds of series a second.
 * `view` shares the buffer's memory; a view taken earlier stays right, for rows only ever follow it.
 */
export class GrowingSeries {
  private buffer: SeriesColumns
  private capacity: number
  view: SeriesData

  constructor(data: SeriesData) {
    this.capacity = data.rows
    this.buffer = data
    this.view = data
  }

  /** Adds the rows of `more`. False, and nothing changes, if they do not all follow what is here. */
  append(more: SeriesData): boolean {
    const rows = this.view.rows
    if (more.rows === 0) {
      this.view = { ...this.view, lastStep: Math.max(this.view.lastStep, more.lastStep) }
      return true
    }
    if (rows > 0 && (more.x[0] as number) < (this.view.x[rows - 1] as number)) return false
    const total = rows + more.rows
    if (total > this.capacity) this.grow(Math.max(total + 64, Math.ceil(this.capacity * 1.5)))
    for (const name of NAMES) this.buffer[name].set(more[name].subarray(0, more.rows), rows)
    this.view = this.viewOf(total, {
      pointCount: this.view.pointCount + more.pointCount,
      isRaw: this.view.isRaw && more.isRaw,
      lastStep: Math.max(this.view.lastStep, more.lastStep),
    })
    return true
  }

  /** Fuses rows until at most `buckets` are left, each covering the same width of x. */
  fuse(buckets: number): void {
    const fused = fuse(this.view, buckets)
    this.buffer = fused
    this.capacity = fused.rows
    this.view = fused
  }

  private grow(capacity: number): void {
    const wider = columns(capacity)
    for (const name of NAMES) wider[name].set(this.view[name].subarray(0, this.view.rows))
    this.buffer = wider
    this.capacity = capacity
  }

  private viewOf(rows: number, rest: Pick<SeriesData, 'pointCount' | 'isRaw' | 'lastStep'>): SeriesData {
    const b = this.buffer
    return {
      x: b.x.subarray(0, rows),
      count: b.count.subarray(0, rows),
      min: b.min.subarray(0, rows),
      max: b.max.subarray(0, rows),
      mean: b.mean.subarray(0, rows),
      first: b.first.subarray(0, rows),
      last: b.last.subarray(0, rows),
      nan: b.nan.subarray(0, rows),
      posinf: b.posinf.subarray(0, rows),
      neginf: b.neginf.subarray(0, rows),
      rows,
      ...rest,
    }
  }
}

function shared(mean: number, count: number, more: number, moreCount: number): number {
  const total = count + moreCount
  return (count === 0 ? 0 : mean * (count / total)) + more * (moreCount / total)
}

/** `data` in at most `buckets` rows of equal width on x. A fused row stands at the x of its first. O(n). */
export function fuse(data: SeriesData, buckets: number): SeriesData {
  if (data.rows <= buckets) return data
  const low = data.x[0] as number
  const width = ((data.x[data.rows - 1] as number) - low) / buckets || 1
  const out = columns(Math.min(buckets, data.rows))
  let at = -1
  let bucket = -1
  let sum = 0
  for (let i = 0; i < data.rows; i++) {
    const place = Math.min(buckets - 1, Math.floor(((data.x[i] as number) - low) / width))
    const count = finiteCount(data, i)
    if (place !== bucket) {
      bucket = place
      at++
      sum = 0
      out.x[at] = data.x[i] as number
      for (const name of ['min', 'max', 'mean'] as const) out[name][at] = Number.NaN
      out.first[at] = data.first[i] as number
    }
    if (count > 0) {
      const before = finiteCount(out, at)
      sum += (data.mean[i] as number) * count
      const mean = sum / (before + count)
      // Finite numbers have a finite mean, also where their sum is none.
      out.mean[at] = Number.isFinite(mean)
        ? mean
        : shared(out.mean[at] as number, before, data.mean[i] as number, count)
      out.min[at] = before === 0 ? (data.min[i] as number) : Math.min(out.min[at] as number, data.min[i] as number)
      out.max[at] = before === 0 ? (data.max[i] as number) : Math.max(out.max[at] as number, data.max[i] as number)
    }
    out.count[at] = (out.count[at] as number) + (data.count[i] as number)
    out.last[at] = data.last[i] as number
    out.nan[at] = (out.nan[at] as number) + (data.nan[i] as number)
    out.posinf[at] = (out.posinf[at] as number) + (data.posinf[i] as number)
    out.neginf[at] = (out.neginf[at] as number) + (data.neginf[i] as number)
  }
  const rows = at + 1
  const cut = {} as Record<string, unknown>
  for (const name of NAMES) cut[name] = out[name].subarray(0, rows)
  return {
    ...(cut as unknown as SeriesColumns),
    rows,
    pointCount: data.pointCount,
    isRaw: false,
    lastStep: data.lastStep,
  }
}
