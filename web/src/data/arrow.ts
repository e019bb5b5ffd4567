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
}

export interface SeriesHead {
  series: SeriesInfo[]
  x: 'step' | 'time' | 'relative' | 'metric'
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
      next++
    } else {
      Object.assign(cut, columns(0, 32))
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
