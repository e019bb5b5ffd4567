/** Buckets whose extremes stand far out: drawn as strokes, so that a single step among millions is seen at every zoom. Pure. */

import type { SeriesData } from '../../data/series'

/** A row stands out when its extremes are so many times as far apart as usual in its line. */
const SPIKE_TIMES = 6
const SPIKES_MAX = 0.04
const SAMPLE = 64

const known = new WeakMap<SeriesData, number[]>()

/** Rows whose extremes are far wider apart than is usual in the series. None in a raw one: there the line itself shows them. */
export function spikesOf(data: SeriesData): number[] {
  let found = known.get(data)
  if (!found) known.set(data, (found = search(data)))
  return found
}

function search(data: SeriesData): number[] {
  if (data.isRaw || data.rows === 0) return []
  const extent = (i: number): number => (data.max[i] as number) - (data.min[i] as number)
  const stride = Math.max(1, Math.floor(data.rows / SAMPLE))
  const sample: number[] = []
  for (let i = 0; i < data.rows; i += stride) if (Number.isFinite(extent(i))) sample.push(extent(i))
  sample.sort((a, b) => a - b)
  const usual = sample[Math.floor(sample.length / 2)] ?? 0
  const found: number[] = []
  for (let i = 0; i < data.rows; i++) if (extent(i) > SPIKE_TIMES * usual) found.push(i)
  const most = Math.max(8, Math.ceil(data.rows * SPIKES_MAX))
  if (found.length <= most) return found
  return found
    .toSorted((a, b) => extent(b) - extent(a))
    .slice(0, most)
    .toSorted((a, b) => a - b)
}
