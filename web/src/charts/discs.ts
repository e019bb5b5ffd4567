/**
 * Very many discs as pixels, for where no graphics hardware draws them. A path for each costs a canvas some microseconds, its few
 * pixels here a tenth of that.
 */

export interface PointCloud {
  count: number
  /** Pixels of the chart, CSS. */
  x: Float32Array
  y: Float32Array
  /** Diameters in CSS pixels. */
  sizes: Float32Array
  /** Four bytes a point: red, green, blue, alpha. */
  colours: Uint8Array
}

/** Pixels of all discs together, which is what filling them costs. */
export function coveredPx({ sizes }: PointCloud, ratio: number): number {
  let sum = 0
  for (let i = 0; i < sizes.length; i++) sum += (sizes[i] as number) ** 2
  return sum * ratio ** 2
}

/** The widest fade of an edge: a pixel's diagonal. */
const FADE_MAX_PX = Math.SQRT2

/** `columns` × `rows` pixels, four bytes each, `ratio` of them to a CSS pixel: later points lie over earlier ones. */
export function discPixels(
  cloud: PointCloud,
  columns: number,
  rows: number,
  ratio: number,
): Uint8ClampedArray<ArrayBuffer> {
  // Colours are summed as floats, multiplied by their alpha: bytes would lose what faint points add to each other.
  const sums = new Float32Array(columns * rows * 4)
  const { x, y, sizes, colours } = cloud
  for (let i = 0; i < cloud.count; i++) {
    const cx = (x[i] as number) * ratio
    const cy = (y[i] as number) * ratio
    const radius = ((sizes[i] as number) * ratio) / 2
    const near = Math.max(0, radius - FADE_MAX_PX) ** 2
    const far = radius * radius
    const alpha = (colours[i * 4 + 3] as number) / 255
    const red = colours[i * 4] as number
    const green = colours[i * 4 + 1] as number
    const blue = colours[i * 4 + 2] as number
    const left = Math.max(0, Math.floor(cx - radius))
    const right = Math.min(columns, Math.ceil(cx + radius))
    const bottom = Math.min(rows, Math.ceil(cy + radius))
    for (let row = Math.max(0, Math.floor(cy - radius)); row < bottom; row++) {
      const dy = row + 0.5 - cy
      let at = (row * columns + left) * 4
      for (let column = left; column < right; column++, at += 4) {
        const dx = column + 0.5 - cx
        const away = dx * dx + dy * dy
        if (away >= far) continue
        const part = away <= near ? alpha : alpha * coverAt(dx, dy, radius)
        const rest = 1 - part
        sums[at] = (sums[at] as number) * rest + red * part
        sums[at + 1] = (sums[at + 1] as number) * rest + green * part
        sums[at + 2] = (sums[at + 2] as number) * rest + blue * part
        sums[at + 3] = (sums[at + 3] as number) * rest + part
      }
    }
  }
  const pixels = new Uint8ClampedArray(sums.length)
  for (let at = 0; at < sums.length; at += 4) {
    const alpha = sums[at + 3] as number
    if (alpha === 0) continue
    pixels[at] = (sums[at] as number) / alpha
    pixels[at + 1] = (sums[at + 1] as number) / alpha
    pixels[at + 2] = (sums[at + 2] as number) / alpha
    pixels[at + 3] = alpha * 255
  }
  return pixels
}

/** How much of a pixel beside the middle a disc covers: its edge fades inwards over a pixel, as in the shader of `points`. */
function coverAt(dx: number, dy: number, radius: number): number {
  const away = Math.sqrt(dx * dx + dy * dy)
  const fade = away > 0 ? (Math.abs(dx) + Math.abs(dy)) / away : 1
  const t = (away - radius + fade) / fade
  return t <= 0 ? 1 : 1 - t * t * (3 - 2 * t)
}
