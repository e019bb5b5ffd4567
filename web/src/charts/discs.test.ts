import { describe, expect, it } from 'vitest'
import { discPixels, type PointCloud } from './discs'

type Disc = { x: number; y: number; size: number; colour: [number, number, number, number] }

function cloudOf(discs: readonly Disc[]): PointCloud {
  return {
    count: discs.length,
    x: Float32Array.from(discs, ({ x }) => x),
    y: Float32Array.from(discs, ({ y }) => y),
    sizes: Float32Array.from(discs, ({ size }) => size),
    colours: Uint8Array.from(discs.flatMap(({ colour }) => colour)),
  }
}

const RED = [200, 10, 20, 255] as [number, number, number, number]
const pixelOf = (pixels: Uint8ClampedArray, columns: number, x: number, y: number): number[] =>
  Array.from(pixels.subarray((y * columns + x) * 4, (y * columns + x) * 4 + 4))

describe('discs as pixels', () => {
  it('has its own colour in the middle, nothing outside, and fades over the last pixel', () => {
    for (const [size, ratio] of [
      [4, 1],
      [9, 1],
      [3.2, 2],
    ] as const) {
      const side = 24 * ratio
      const pixels = discPixels(cloudOf([{ x: 12.5 / ratio, y: 12.5 / ratio, size, colour: RED }]), side, side, ratio)
      expect(pixelOf(pixels, side, 12, 12)).toEqual(RED)
      const radius = (size * ratio) / 2
      const alphas = Array.from({ length: 11 }, (_, away) => pixelOf(pixels, side, 12 + away, 12)[3] as number)
      alphas.forEach((alpha, away) => {
        if (away <= radius - 1) expect(alpha).toBe(255)
        else if (away >= radius) expect(alpha).toBe(0)
        else expect(alpha > 0 && alpha < 255).toBe(true)
      })
      const ink = pixels.reduce((sum, value, i) => sum + (i % 4 === 3 ? value / 255 : 0), 0)
      expect(ink).toBeLessThan(Math.PI * radius ** 2)
      expect(ink).toBeGreaterThan(Math.PI * (radius - 1) ** 2)
    }
  })

  it('lays later points over earlier ones, as faint as they are', () => {
    const at = { x: 5.5, y: 5.5, size: 6 }
    const pixels = discPixels(
      cloudOf([
        { ...at, colour: [255, 0, 0, 255] },
        { ...at, colour: [0, 0, 255, 51] },
      ]),
      11,
      11,
      1,
    )
    expect(pixelOf(pixels, 11, 5, 5)).toEqual([204, 0, 51, 255])
  })

  it('adds up what a thousand hardly visible points say', () => {
    const faint: Disc = { x: 2.5, y: 2.5, size: 4, colour: [90, 120, 150, 1] }
    const pixels = discPixels(cloudOf(Array.from({ length: 1000 }, () => faint)), 5, 5, 1)
    const [red, green, blue, alpha] = pixelOf(pixels, 5, 2, 2)
    expect([red, green, blue]).toEqual([90, 120, 150])
    expect(alpha).toBe(Math.round(255 * (1 - (1 - 1 / 255) ** 1000)))
  })

  it('cuts what lies over an edge, and leaves out what is no place', () => {
    const pixels = discPixels(
      cloudOf([
        { x: 0, y: 0, size: 8, colour: RED },
        { x: 100, y: -40, size: 8, colour: RED },
        { x: Number.NaN, y: 3, size: 8, colour: RED },
      ]),
      6,
      6,
      1,
    )
    expect(pixelOf(pixels, 6, 0, 0)).toEqual(RED)
    expect(pixelOf(pixels, 6, 5, 5)).toEqual([0, 0, 0, 0])
  })
})
