/** Masks as pictures: class ids become colours, edges or the difference of two masks. The numbers are pure; a small cache reads files. */

import { contentBytes } from '../../data/media'
import { classColour, rgbOf } from './classes'
import type { MediaFile } from './values'
import { decodeGray, type Gray } from './png'

/** Which ids are drawn; null: all but 0. */
export type Shown = (id: number) => boolean

/** RGBA of a mask: edges, which touch another class, at full strength, the rest as strong as `fill` says. */
export function paintMask(mask: Gray, shown: Shown, fill: number, edgePx = 1): Uint8ClampedArray<ArrayBuffer> {
  const { width, height, values } = mask
  const out = new Uint8ClampedArray(width * height * 4)
  const colours = new Map<number, [number, number, number] | null>()
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x
      const id = values[i] as number
      let colour = colours.get(id)
      if (colour === undefined) colours.set(id, (colour = shown(id) ? rgbOf(classColour(id)) : null))
      if (!colour) continue
      const strength = isEdge(values, width, height, x, y, id, edgePx) ? 255 : Math.round(255 * fill)
      out[4 * i] = colour[0]
      out[4 * i + 1] = colour[1]
      out[4 * i + 2] = colour[2]
      out[4 * i + 3] = strength
    }
  return out
}

function isEdge(
  values: Uint16Array,
  width: number,
  height: number,
  x: number,
  y: number,
  id: number,
  edgePx: number,
): boolean {
  for (let by = -edgePx; by <= edgePx; by++)
    for (let along = -edgePx; along <= edgePx; along++) {
      const [nx, ny] = [x + along, y + by]
      if (nx >= 0 && ny >= 0 && nx < width && ny < height && values[ny * width + nx] !== id) return true
    }
  return false
}

export interface MaskDifference {
  pixels: Uint8ClampedArray<ArrayBuffer>
  /** Of the pixels that either mask names. */
  sameCount: number
  onlyFirst: number
  onlySecond: number
  otherClass: number
}

const ONLY_FIRST: [number, number, number] = [56, 189, 248]
const ONLY_SECOND: [number, number, number] = [255, 176, 32]
const OTHER: [number, number, number] = [244, 63, 94]

/** Where two masks disagree: blue only in the first, amber only in the second, red another class. Null: they differ in size. */
export function maskDifference(first: Gray, second: Gray, shown: Shown): MaskDifference | null {
  if (first.width !== second.width || first.height !== second.height) return null
  const pixels = new Uint8ClampedArray(first.values.length * 4)
  const found: MaskDifference = { pixels, sameCount: 0, onlyFirst: 0, onlySecond: 0, otherClass: 0 }
  for (let i = 0; i < first.values.length; i++) {
    const [a, b] = [first.values[i] as number, second.values[i] as number]
    const [hasA, hasB] = [a !== 0 && shown(a), b !== 0 && shown(b)]
    if (!hasA && !hasB) continue
    let colour: [number, number, number] | null = null
    if (hasA && hasB && a === b) found.sameCount++
    else if (hasA && hasB) {
      found.otherClass++
      colour = OTHER
    } else if (hasA) {
      found.onlyFirst++
      colour = ONLY_FIRST
    } else {
      found.onlySecond++
      colour = ONLY_SECOND
    }
    if (!colour) continue
    pixels[4 * i] = colour[0]
    pixels[4 * i + 1] = colour[1]
    pixels[4 * i + 2] = colour[2]
    pixels[4 * i + 3] = 255
  }
  return found
}

/** Absolute difference of two pictures of one size, three times as strong so that little is seen. */
export function imageDifference(first: Uint8ClampedArray, second: Uint8ClampedArray): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(first.length)
  for (let i = 0; i < first.length; i += 4) {
    for (let c = 0; c < 3; c++) out[i + c] = 3 * Math.abs((first[i + c] as number) - (second[i + c] as number))
    out[i + 3] = 255
  }
  return out
}

// ---- reading

const KEPT_PIXELS = 60e6
const kept = new Map<string, Promise<Gray>>()
const sizes = new Map<string, number>()

/** The mask in a file. What was read last is kept, up to some memory. */
export function readMask({ url, path, digest }: MediaFile): Promise<Gray> {
  const name = digest || url
  const known = kept.get(name)
  if (known) {
    kept.delete(name)
    kept.set(name, known)
    return known
  }
  const read = contentBytes(url, path).then(decodeGray)
  kept.set(name, read)
  read.then(
    mask => {
      sizes.set(name, mask.values.length)
      forget()
    },
    () => kept.delete(name),
  )
  return read
}

function forget(): void {
  let total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  for (const name of kept.keys()) {
    if (total <= KEPT_PIXELS) return
    total -= sizes.get(name) ?? 0
    sizes.delete(name)
    kept.delete(name)
  }
}

export function canvasOf(
  width: number,
  height: number,
  pixels: Uint8ClampedArray<ArrayBuffer>,
  into: HTMLCanvasElement = document.createElement('canvas'),
): HTMLCanvasElement {
  into.width = width
  into.height = height
  into.getContext('2d')?.putImageData(new ImageData(pixels, width, height), 0, 0)
  return into
}
