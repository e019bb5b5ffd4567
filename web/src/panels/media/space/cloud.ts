/** `.points` files (`docs/reference/media.md`): a padded line of JSON, then columns that are used as they lie. Pure. */

export interface Cloud {
  count: number
  /** x y z of each. */
  positions: Float32Array
  /** One of these, or none. */
  rgb: Uint8Array | null
  category: Uint16Array | null
  intensity: Float32Array | null
}

export class UnreadableCloud extends Error {}

const HEAD_MAX = 64 * 1024

export function readCloud(bytes: Uint8Array): Cloud {
  const end = bytes.subarray(0, HEAD_MAX).indexOf(10)
  if (end < 0) throw new UnreadableCloud('it does not begin with a line of JSON')
  let head: Record<string, unknown>
  try {
    head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))) as Record<string, unknown>
  } catch (cause) {
    throw new UnreadableCloud('its first line is no JSON', { cause })
  }
  if (head.assay !== 'points') throw new UnreadableCloud('its first line does not say that it holds points')
  if (head.version !== 1)
    throw new UnreadableCloud(`it is of version ${String(head.version)}; this page reads version 1`)
  const count = head.count
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 0) throw new UnreadableCloud('it has no count')
  let at = end + 1
  const column = <T>(width: number, make: (buffer: ArrayBuffer) => T): T => {
    const part = bytes.slice(at, at + count * width)
    if (part.length < count * width) throw new UnreadableCloud(`it ends before its ${count} points do`)
    at += part.length
    return make(part.buffer)
  }
  const positions = column(12, buffer => new Float32Array(buffer))
  const colour = head.color
  return {
    count,
    positions,
    rgb: colour === 'rgb' ? column(3, buffer => new Uint8Array(buffer)) : null,
    category: colour === 'category' ? column(2, buffer => new Uint16Array(buffer)) : null,
    intensity: colour === 'intensity' ? column(4, buffer => new Float32Array(buffer)) : null,
  }
}

/** The middle half-percent to 99.5 percent of each axis: one stray point must not make all others a dot. */
export function extentOf({ count, positions }: Cloud): {
  low: [number, number, number]
  high: [number, number, number]
} {
  const stride = Math.max(1, Math.floor(count / 20_000))
  const [low, high]: [[number, number, number], [number, number, number]] = [
    [0, 0, 0],
    [0, 0, 0],
  ]
  for (let axis = 0; axis < 3; axis++) {
    const values: number[] = []
    for (let i = 0; i < count; i += stride) {
      const value = positions[3 * i + axis] as number
      if (Number.isFinite(value)) values.push(value)
    }
    values.sort((a, b) => a - b)
    low[axis] = values[Math.floor(values.length * 0.005)] ?? 0
    high[axis] = values[Math.min(values.length - 1, Math.ceil(values.length * 0.995))] ?? 0
  }
  return { low, high }
}

type Rgb = readonly [number, number, number]

/** Three bytes a point: its own colour, its category's, or a place on a ramp. */
export function coloursOf(
  cloud: Cloud,
  by: 'own' | 'height' | 'distance',
  ramp: readonly Rgb[],
  plain: Rgb,
  categoryColour: (id: number) => Rgb,
): Uint8Array {
  const { count, positions, rgb, category, intensity } = cloud
  if (by === 'own' && rgb) return rgb
  const out = new Uint8Array(3 * count)
  const put = (i: number, [r, g, b]: Rgb): void => {
    out[3 * i] = r
    out[3 * i + 1] = g
    out[3 * i + 2] = b
  }
  if (by === 'own' && category) {
    for (let i = 0; i < count; i++) put(i, categoryColour(category[i] as number))
    return out
  }
  const value =
    by === 'height'
      ? (i: number) => positions[3 * i + 2] as number
      : by === 'distance'
        ? (i: number) =>
            Math.hypot(positions[3 * i] as number, positions[3 * i + 1] as number, positions[3 * i + 2] as number)
        : intensity
          ? (i: number) => intensity[i] as number
          : null
  if (!value) {
    for (let i = 0; i < count; i++) put(i, plain)
    return out
  }
  const { low, high } = extentOfValues(count, value)
  for (let i = 0; i < count; i++) {
    const share = (value(i) - low) / (high - low || 1)
    put(i, ramp[Math.max(0, Math.min(ramp.length - 1, Math.floor(share * ramp.length)))] ?? plain)
  }
  return out
}

function extentOfValues(count: number, value: (i: number) => number): { low: number; high: number } {
  const stride = Math.max(1, Math.floor(count / 20_000))
  const sample: number[] = []
  for (let i = 0; i < count; i += stride) if (Number.isFinite(value(i))) sample.push(value(i))
  sample.sort((a, b) => a - b)
  return {
    low: sample[Math.floor(sample.length * 0.02)] ?? 0,
    high: sample[Math.min(sample.length - 1, Math.floor(sample.length * 0.98))] ?? 1,
  }
}
