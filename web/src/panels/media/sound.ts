/** Sound as pictures: peaks of a waveform, and a spectrogram by short-time Fourier transform. Pure. */

/** Lowest and highest sample of each of `columns` equal stretches, alternating. */
export function peaks(samples: Float32Array, columns: number): Float32Array {
  const out = new Float32Array(columns * 2)
  for (let column = 0; column < columns; column++) {
    const from = Math.floor((column * samples.length) / columns)
    const to = Math.max(from + 1, Math.floor(((column + 1) * samples.length) / columns))
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let i = from; i < Math.min(to, samples.length); i++) {
      const value = samples[i] as number
      if (value < low) low = value
      if (value > high) high = value
    }
    out[2 * column] = low <= high ? low : 0
    out[2 * column + 1] = low <= high ? high : 0
  }
  return out
}

/** In place, radix 2: `real` and `imaginary` are as long as a power of two. */
export function fft(real: Float32Array, imaginary: Float32Array): void {
  const n = real.length
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1
    for (; j & bit; bit >>= 1) j ^= bit
    j ^= bit
    if (i < j) {
      ;[real[i], real[j]] = [real[j] as number, real[i] as number]
      ;[imaginary[i], imaginary[j]] = [imaginary[j] as number, imaginary[i] as number]
    }
  }
  for (let length = 2; length <= n; length <<= 1) {
    const angle = (-2 * Math.PI) / length
    const half = length >> 1
    for (let from = 0; from < n; from += length)
      for (let k = 0; k < half; k++) {
        const [cos, sin] = [Math.cos(angle * k), Math.sin(angle * k)]
        const [a, b] = [from + k, from + k + half]
        const re = (real[b] as number) * cos - (imaginary[b] as number) * sin
        const im = (real[b] as number) * sin + (imaginary[b] as number) * cos
        real[b] = (real[a] as number) - re
        imaginary[b] = (imaginary[a] as number) - im
        real[a] = (real[a] as number) + re
        imaginary[a] = (imaginary[a] as number) + im
      }
  }
}

export interface Spectrogram {
  columns: number
  rows: number
  /** Decibels below the loudest, column by column, lowest frequency first; from 0 down to −`floorDb`. */
  decibels: Float32Array
}

export const FLOOR_DB = 80

/** Hann windows of `size` samples, evenly spread over the sound. */
export function spectrogram(samples: Float32Array, columns: number, size = 1024): Spectrogram {
  const rows = size / 2
  const power = new Float32Array(columns * rows)
  const hann = Float32Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (size - 1)))
  const [real, imaginary] = [new Float32Array(size), new Float32Array(size)]
  let most = 1e-20
  for (let column = 0; column < columns; column++) {
    const middle = Math.floor(((column + 0.5) * samples.length) / columns)
    for (let i = 0; i < size; i++) real[i] = (samples[middle - rows + i] ?? 0) * (hann[i] as number)
    imaginary.fill(0)
    fft(real, imaginary)
    for (let row = 0; row < rows; row++) {
      const value = (real[row] as number) ** 2 + (imaginary[row] as number) ** 2
      power[column * rows + row] = value
      if (value > most) most = value
    }
  }
  const decibels = power.map(value => Math.max(-FLOOR_DB, 10 * Math.log10(Math.max(value, 1e-20) / most)))
  return { columns, rows, decibels }
}
