/** Smoothing of a drawn line. Values that are not finite are skipped and stay where they are. */

/**
 * The exponential moving average of `y`, freed of its bias towards zero at the start, as a new array. O(n).
 *
 * `strength` 0…<1 is the weight of the past, per row. 0 returns `y` itself.
 */
export function ema(y: Float32Array | Float64Array, strength: number): Float32Array | Float64Array {
  if (!(strength > 0)) return y
  const alpha = Math.min(strength, 0.999)
  const out = new Float64Array(y.length)
  let sum = 0
  let weight = 0
  for (let i = 0; i < y.length; i++) {
    const value = y[i] as number
    if (!Number.isFinite(value)) {
      out[i] = value
      continue
    }
    sum = sum * alpha + value * (1 - alpha)
    weight = weight * alpha + (1 - alpha)
    out[i] = sum / weight
  }
  return out
}
