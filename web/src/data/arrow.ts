/** Arrow streams of series into columns, without copying where the bytes are aligned. */

import { tableFromIPC } from '@uwdata/flechette'
import { columns, NAMES, type SeriesColumns, type SeriesData } from './series'

export interface SeriesInfo {
  run: string
  key: string
  rows: number
  point_count: number
  is_raw: boolean
  bucket_width: number
  last_step: number
  /** How buckets were made of points; absent: each keeps its extremes. */
  method?: string
}

export interface SeriesHead {
  series: SeriesInfo[]
  x: string
  x_key: string
}

export interface DecodedSeries {
  run: string
  key: string
  data: SeriesData
}

/** Every series of an answer, in the order asked for. The stream has one record batch per series that has rows. */
export function decodeSeries(bytes: Uint8Array): DecodedSeries[] {
  const table = tableFromIPC(bytes, { useBigInt: false })
  const text = table.schema.metadata?.get('assay')
  if (!text) throw new Error('The answer is not a stream of series: its schema says nothing about them')
  const head = JSON.parse(text) as SeriesHead
  const batches = NAMES.map(name => table.getChild(name)?.data ?? [])
  const smooth = table.getChild('smooth')?.data ?? null
  const found: DecodedSeries[] = []
  let next = 0
  for (const info of head.series) {
    // Batches without rows may be sent or left out: they say nothing either way.
    while (next < (batches[0]?.length ?? 0) && batches[0]?.[next]?.length === 0) next++
    const cut = {} as Record<string, unknown>
    if (info.rows > 0) {
      NAMES.forEach((name, i) => {
        const batch = batches[i]?.[next]
        if (!batch || batch.length !== info.rows) {
          throw new Error(
            `The answer is damaged: ${info.key} of ${info.run} has ${batch?.length ?? 0} of ${info.rows} rows`,
          )
        }
        cut[name] = (batch.values as Float64Array).subarray(0, batch.length)
      })
      if (smooth) cut.smooth = (smooth[next]?.values as Float64Array | undefined)?.subarray(0, info.rows) ?? null
      next++
    } else {
      Object.assign(cut, columns(0))
    }
    found.push({
      run: info.run,
      key: info.key,
      data: {
        ...(cut as unknown as SeriesColumns),
        rows: info.rows,
        pointCount: info.point_count,
        isRaw: info.is_raw,
        lastStep: info.last_step,
      },
    })
  }
  return found
}

/** A line of a group of runs: rows are places of x, `count` the runs there, `min` and `max` the band, `mean` the middle. */
export interface DecodedGroup {
  label: string
  key: string
  runCount: number
  data: SeriesData
}

interface GroupInfo {
  label: string
  key: string
  rows: number
  run_count: number
}

/** Every group's line of an answer of `series/groups`, in the order asked for. */
export function decodeGroups(bytes: Uint8Array): DecodedGroup[] {
  const table = tableFromIPC(bytes, { useBigInt: false })
  const text = table.schema.metadata?.get('assay')
  if (!text) throw new Error('The answer is not a stream of groups: its schema says nothing about them')
  const head = JSON.parse(text) as { groups: GroupInfo[] }
  const names = ['x', 'run_count', 'middle', 'low', 'high', 'smooth'] as const
  const batches = Object.fromEntries(names.map(name => [name, table.getChild(name)?.data ?? []]))
  let next = 0
  return head.groups.map(({ label, key, rows, run_count: runCount }) => {
    if (rows > 0) while (batches.x?.[next]?.length === 0) next++
    const column = (name: (typeof names)[number]): unknown => {
      const batch = rows > 0 ? batches[name]?.[next] : undefined
      if (batch && batch.length !== rows)
        throw new Error(`The answer is damaged: ${key} of ${label} has ${batch.length} of ${rows} rows`)
      return batch ? (batch.values as Float64Array).subarray(0, rows) : undefined
    }
    const empty = columns(rows)
    const middle = (column('middle') as Float64Array | undefined) ?? empty.mean
    const data: SeriesData = {
      ...empty,
      x: (column('x') as Float64Array | undefined) ?? empty.x,
      count: (column('run_count') as Uint32Array | undefined) ?? empty.count,
      min: (column('low') as Float64Array | undefined) ?? middle,
      max: (column('high') as Float64Array | undefined) ?? middle,
      mean: middle,
      first: middle,
      last: middle,
      smooth: (column('smooth') as Float64Array | undefined) ?? null,
      rows,
      pointCount: runCount,
      isRaw: false,
      lastStep: -1,
    }
    if (rows > 0) next++
    return { label, key, runCount, data }
  })
}
