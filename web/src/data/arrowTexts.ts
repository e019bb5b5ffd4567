/** Columns of texts out of Arrow. A decoder called once for each of a hundred thousand texts takes longer than all else about them. */

import { type Column, Type } from '@uwdata/flechette'

/** Null where there is no text. */
export function textsOf(column: Column<unknown>): (string | null)[] {
  const texts: (string | null)[] = []
  for (const batch of column.data) {
    const whole = wholeOf(batch)
    const isFull = batch.nullCount === 0
    for (let i = 0; i < batch.length; i++) {
      if (whole) {
        const { text, offsets } = whole
        const first = offsets[0] as number
        texts.push(
          isFull || batch.isValid(i)
            ? text.slice((offsets[i] as number) - first, (offsets[i + 1] as number) - first)
            : null,
        )
        continue
      }
      const value = batch.at(i)
      texts.push(typeof value === 'string' ? value : null)
    }
  }
  return texts
}

/** A batch as one text, where a byte of it is a letter: then its offsets cut the text. */
function wholeOf(batch: Column<unknown>['data'][number]): { text: string; offsets: Int32Array } | null {
  const { type, offsets, values, length } = batch
  if (type.typeId !== Type.Utf8 || !(offsets instanceof Int32Array) || !(values instanceof Uint8Array)) return null
  const bytes = values.subarray(offsets[0], offsets[length])
  const text = new TextDecoder().decode(bytes)
  return text.length === bytes.length ? { text, offsets } : null
}
